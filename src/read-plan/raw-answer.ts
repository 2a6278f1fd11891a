/** The `data` of an answer as the database wrote it. */
export class RawAnswer {
  constructor(readonly json: string) {}

  /** For whoever looks into the answer instead of sending it. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

/** An answer as text: JSON.stringify, except that what is text already stays as it is. */
export function answerText(answer: { data?: unknown }): string {
  if (!(answer.data instanceof RawAnswer)) return JSON.stringify(answer);
  const { data, ...rest } = answer;
  const others = JSON.stringify(rest);
  return others === '{}' ? `{"data":${data.json}}` : `{"data":${data.json},${others.slice(1)}`;
}
