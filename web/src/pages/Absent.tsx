/** What is shown where there is no page, or where there is none for whoever looks. */
import { useTitle } from "../parts/titles";
import { t } from "../state";

export function Absent() {
  useTitle(t("没有这一页", "No such page"));
  return (
    <section class="panel wide">
      <h1>{t("没有这一页", "No such page")}</h1>
      <p>
        {t(
          "这里什么也没有,或者您的密钥看不到。可以用上面的搜索,或回到",
          "There is nothing here, or nothing that your key may see. Search above, or go back to ",
        )}
        <a href="/">{t("首页", "the network")}</a>
        {t("。", ".")}
      </p>
    </section>
  );
}
