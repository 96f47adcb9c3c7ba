/** A description as it is meant: what stands between backticks is code, and links lead where they say. */
const MARKED = /(`[^`]+`|\[[^\]]+\]\([^)\s]+\))/;

export function Words({ text }: { text?: string | null }) {
  return (
    <>
      {(text ?? "").split(MARKED).map((part, index) => {
        if (part.startsWith("`") && part.endsWith("`")) return <code key={index}>{part.slice(1, -1)}</code>;
        const [, name, address] = /^\[(.+)\]\((https?:.+)\)$/.exec(part) ?? [];
        return address ? (
          <a key={index} href={address} rel="noreferrer">
            {name}
          </a>
        ) : (
          part
        );
      })}
    </>
  );
}
