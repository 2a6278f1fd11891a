/** The `data` of an answer: JSON that the database wrote. */
export class RawAnswer {
  constructor(readonly json: string) {}

  /** For code that reads the answer instead of sending it. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

/** The JSON of an answer. A RawAnswer is copied into it, not parsed. */
export function answerText(answer: { data?: unknown; extensions?: unknown }): string {
  if (!(answer.data instanceof RawAnswer)) return JSON.stringify(answer);
  const { data, ...rest } = answer;
  const others = JSON.stringify(rest);
  return others === '{}' ? `{"data":${data.json}}` : `{"data":${data.json},${others.slice(1)}`;
}
