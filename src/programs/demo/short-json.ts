const WIDTH = 120;

/** Readable JSON: each value that fits is on one line. */
export function shortJson(value: unknown, indent = ''): string {
  const text = JSON.stringify(value) ?? 'null';
  if (typeof value !== 'object' || value === null || text.length + indent.length <= WIDTH) return text;
  const deeper = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((each) => shortJson(each, deeper))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${shortJson(each, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${deeper}${lines.join(`,\n${deeper}`)}\n${indent}${close}`;
}
