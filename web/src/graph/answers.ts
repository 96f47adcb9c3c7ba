/** What a component asks of the graph, kept up to date while it is shown. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TypedDocumentString } from "../gql/graphql";
import { key } from "../state";
import { ask, type Failed } from "./client";
import { tick } from "./live";

/** A document with its variables: all that is needed to ask again, from here or from anywhere. */
export interface Asked {
  document: TypedDocumentString<unknown, never>;
  variables: Record<string, unknown>;
}

export interface Answer<D> {
  data?: D;
  failed?: Failed;
  isLoading: boolean;
  asked: Asked;
  /** Ask once more. */
  again: () => void;
}

/** The answer to a document; what was answered before stays until the next answer is there. Without variables none is asked. */
export function useAnswer<D, V extends Record<string, unknown>>(
  document: TypedDocumentString<D, V>,
  variables: V | null,
): Answer<D> {
  const wanted = JSON.stringify([variables, key.value]);
  const [state, setState] = useState<{ data?: D; failed?: Failed; wanted?: string }>({});
  const [attempt, setAttempt] = useState(0);
  const asked = useRef({ attempt, tick: tick.value });
  useEffect(() => {
    if (!variables) return;
    let isCurrent = true;
    const isAnew = asked.current.attempt !== attempt || asked.current.tick !== tick.value;
    asked.current = { attempt, tick: tick.value };
    ask(document, variables, isAnew).then(({ data, failed }) => {
      if (isCurrent)
        setState((before) => ({ data: data ?? (failed && isAnew ? before.data : undefined), failed, wanted }));
    });
    return () => {
      isCurrent = false;
    };
  }, [document, wanted, attempt, tick.value]);
  return {
    data: state.data,
    failed: state.wanted === wanted ? state.failed : undefined,
    isLoading: variables !== null && state.wanted !== wanted,
    asked: { document: document as never, variables: variables ?? {} },
    again: () => setAttempt((number) => number + 1),
  };
}
