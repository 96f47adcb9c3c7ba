/** Language, colours and the key of whoever looks. */
import { key, language, print, t, theme, type Theme } from "../state";

export function Settings() {
  const themes: [Theme, string][] = [
    ["auto", t("跟随系统", "System")],
    ["light", t("浅色", "Light")],
    ["dark", t("深色", "Dark")],
  ];
  return (
    <div class="settings">
      <button
        type="button"
        class="quiet"
        lang={language.value === "zh" ? "en" : "zh-CN"}
        onClick={() => (language.value = language.value === "zh" ? "en" : "zh")}
      >
        {language.value === "zh" ? "English" : "中文"}
      </button>
      <select
        aria-label={t("颜色", "Colours")}
        value={theme.value}
        onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
      >
        {themes.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" class="quiet" onClick={print}>
        {t("打印", "Print")}
      </button>
      <details class="menu key">
        <summary>{key.value ? t("已用密钥", "Key in use") : t("密钥", "Key")}</summary>
        <form
          class="choices"
          onSubmit={(event) => {
            event.preventDefault();
            key.value = String(new FormData(event.currentTarget).get("key") ?? "").trim();
            (event.currentTarget.parentElement as HTMLDetailsElement).open = false;
          }}
        >
          <label>
            {t("API 密钥(只存于此标签页)", "API key (kept in this tab only)")}
            <input name="key" type="password" autocomplete="off" placeholder="yz_…" defaultValue={key.value} />
          </label>
          <button type="submit">{t("使用", "Use")}</button>
          {key.value && (
            <button type="button" onClick={() => (key.value = "")}>
              {t("忘记", "Forget")}
            </button>
          )}
        </form>
      </details>
    </div>
  );
}
