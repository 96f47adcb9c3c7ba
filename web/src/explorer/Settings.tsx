/** @jsxImportSource react */
/** Language, colours and the key of whoever asks; they are those of the dashboard. */
import { key, language, t, theme, type Theme } from "../state";
import { useSettings } from "./reading";

export function Settings() {
  const settings = useSettings();
  const themes: [Theme, string][] = [
    ["auto", t("跟随系统", "System")],
    ["light", t("浅色", "Light")],
    ["dark", t("深色", "Dark")],
  ];
  return (
    <form className="settings" onSubmit={(event) => event.preventDefault()}>
      <input
        type="password"
        autoComplete="off"
        aria-label={t("API 密钥(只存于此标签页)", "API key (kept in this tab only)")}
        title={t("API 密钥(只存于此标签页)", "API key (kept in this tab only)")}
        placeholder={t("API 密钥 yz_…", "API key yz_…")}
        value={settings.key}
        onChange={(event) => (key.value = event.target.value.trim())}
      />
      <button
        type="button"
        lang={settings.language === "zh" ? "en" : "zh-CN"}
        onClick={() => (language.value = settings.language === "zh" ? "en" : "zh")}
      >
        {settings.language === "zh" ? "English" : "中文"}
      </button>
      <select
        aria-label={t("颜色", "Colours")}
        value={theme.value}
        onChange={(event) => (theme.value = event.target.value as Theme)}
      >
        {themes.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </form>
  );
}
