// Numbers with units. They are left-to-right in both languages: show them inside <Ltr>.
const SIZES = ['B', 'KiB', 'MiB', 'GiB'] as const;

/** `0 B`, `312 B`, `1.4 KiB` */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < SIZES.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${SIZES[unit]}`;
}

/** `257 ms`, `1.4 s`, `12 s` */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** `98.4 %`; never 100 % or 0 % for what is not all or none. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}
