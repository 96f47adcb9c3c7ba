// What a cache cannot see by itself in the payload of a mutation.

// The things it gives, those of a batch's rows among them.
export function things(payload) {
  const rows = Object.values(payload).flatMap((value) => (Array.isArray(value) ? value.map((row) => row.node) : [value]));
  return rows.filter((value) => value?.id);
}

// What it deleted, of which it gives the id alone: `documentId` is that of a Document.
export function deleted(payload) {
  const ids = Object.entries(payload).filter(([name]) => name.endsWith("Id"));
  return ids.map(([name, id]) => ({ __typename: name[0].toUpperCase() + name.slice(1, -2), id }));
}

// A list with a thing in front, unless it has it.
export function withFirst(data, { field, edge }, node) {
  if (!data || data[field].edges.some((each) => each.node.id === node.id)) return data;
  return { ...data, [field]: { ...data[field], edges: [{ __typename: edge, node }, ...data[field].edges] } };
}

// A list without a thing.
export function without(data, { field }, gone) {
  return data && { ...data, [field]: { ...data[field], edges: data[field].edges.filter((each) => each.node.id !== gone.id) } };
}
