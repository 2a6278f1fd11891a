const MAX_CELL = 60;

/** Text on one line, at most 60 characters. */
export function cell(text: string): string {
  return shortened(visible(text).replaceAll('\n', ' '), MAX_CELL);
}

export function shortened(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 3).toWellFormed()}...` : text;
}

/** Text without escape sequences, which could move a terminal's cursor. */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\uFFFD');
}
