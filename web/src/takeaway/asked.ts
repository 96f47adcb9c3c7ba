/** A question of this page in other languages: as GraphQL, for curl, in Python. */
import type { Asked } from "../graph/answers";

export type Form = "graphql" | "curl" | "python";

/** The question of a panel, such that it gives the same answer when it is pasted elsewhere. */
export function inForm(form: Form, { document, variables }: Asked): string {
  const query = String(document).trim();
  const url = new URL("/graphql", location.href).href;
  if (form === "graphql") return `${query}\n\n# ${JSON.stringify(variables)}\n`;
  const body = JSON.stringify({ query, variables }, null, 2);
  if (form === "curl") {
    return `curl ${url} -H 'content-type: application/json' --data-binary @- <<'QUESTION'\n${body}\nQUESTION\n`;
  }
  return `import json
from urllib.request import Request, urlopen

QUESTION = r"""
${query}
"""
VARIABLES = json.loads(r"""${JSON.stringify(variables, null, 2)}""")

body = json.dumps({"query": QUESTION, "variables": VARIABLES}).encode()
with urlopen(Request("${url}", body, {"content-type": "application/json"})) as answer:
    print(json.dumps(json.load(answer)["data"], ensure_ascii=False, indent=2))
`;
}
