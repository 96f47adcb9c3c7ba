/** Says where what is shown is sample data, and how much of it. */
import { written } from "../figures";
import { t } from "../state";

/** `rows` are those of a rollup by IS_SAMPLE; without any sample there is no notice. */
export function SampleNotice({ rows }: { rows: { keys: { value: string }[]; values: { value?: number | null }[] }[] }) {
  const count = (isSample: string): number =>
    rows.find(({ keys }) => keys[0]?.value.toLowerCase() === isSample)?.values[0]?.value ?? 0;
  const [samples, facts] = [count("true"), count("false")];
  if (!samples) return null;
  return (
    <p class="sample" role="note">
      {t(
        `含示例数据:${written(samples + facts)} 场活动中 ${written(samples)} 场是为演示而造的,不是事实。`,
        `With sample data: ${written(samples)} of ${written(samples + facts)} events were made up for demonstration and are no facts.`,
      )}
    </p>
  );
}

/** The mark of a single row that is made up. */
export function SampleMark({ isSample }: { isSample: boolean }) {
  return isSample ? <span class="badge sample-mark">{t("示例", "sample")}</span> : null;
}
