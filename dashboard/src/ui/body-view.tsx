import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { formatBytes } from '../i18n/amount';
import { textsOf } from '../i18n/language';
import './body-view.css';
import { Button } from './button';
import { CopyButton } from './copy-button';
import { Facts } from './facts';
import { type JsonLine, jsonLines } from './json-tokens';
import { Ltr } from './ltr';
import { saveFile } from './save-file';
import { VisibleText } from './visible-text';

const en = {
  none: 'No body was kept.',
  empty: 'The body is empty.',
  size: 'Size',
  type: 'Type',
  sha256: 'SHA-256 of the bytes',
  truncated: 'Only the beginning was kept.',
  masked: 'Values that are hidden from your role are shown as ***.',
  hidden: 'The body is hidden from your role.',
  binary: 'The bytes are no UTF-8 text. They are shown in hexadecimal.',
  indented: 'Indented',
  asSent: 'As sent',
  download: 'Download the bytes',
  copy: 'Copy',
};
const ar: typeof en = {
  none: 'لم يُحفظ أي محتوى.',
  empty: 'المحتوى فارغ.',
  size: 'الحجم',
  type: 'النوع',
  sha256: 'SHA-256 للبايتات',
  truncated: 'حُفظت البداية فقط.',
  masked: 'القيم المحجوبة عن دورك تظهر هكذا: ***.',
  hidden: 'المحتوى محجوب عن دورك.',
  binary: 'البايتات ليست نص UTF-8، وتظهر بالنظام الست عشري.',
  indented: 'منسّق',
  asSent: 'كما أُرسل',
  download: 'تنزيل البايتات',
  copy: 'نسخ',
};
const useTexts = textsOf(en, ar);

export interface ShownBody {
  text?: string | null;
  base64?: string | null;
  contentType?: string | null;
  bytes: number | null;
  sha256?: string | null;
  truncated: boolean;
  masked: boolean;
}

const LINE_PX = 18;
const FEW_LINES = 28;
/** Longer lines are shown in parts, which a browser can lay out. */
const MAX_LINE = 2_000;
const HEX_BYTES_PER_LINE = 16;

/** A body as it was sent or received: exact bytes, shown as text nodes. @param name of the file that is downloaded */
export function BodyView({ body, name }: { body: ShownBody | null; name: string }) {
  const texts = useTexts();
  const [isRaw, setRaw] = useState(false);
  const bytes = useMemo(() => (body ? bytesOf(body) : null), [body]);
  const json = useMemo(() => (body?.text ? jsonLines(body.text) : null), [body]);
  const lines = useMemo((): readonly JsonLine[] => {
    if (json && !isRaw) return json;
    if (typeof body?.text === 'string') return plainLines(body.text);
    return bytes ? hexLines(bytes) : [];
  }, [json, isRaw, body, bytes]);
  if (!body) return <p className="faint">{texts.none}</p>;
  const isHidden = body.masked && bytes === null;
  return (
    <div className="stack">
      <Facts
        of={{
          [texts.size]: body.bytes === null ? null : <Ltr>{formatBytes(body.bytes)}</Ltr>,
          [texts.type]: body.contentType ? <Ltr>{body.contentType}</Ltr> : null,
          [texts.sha256]: body.sha256 ? <Ltr className="mono">{body.sha256}</Ltr> : null,
        }}
      />
      {body.truncated ? <p className="note">{texts.truncated}</p> : null}
      {body.masked ? <p className="note">{isHidden ? texts.hidden : texts.masked}</p> : null}
      {typeof body.text !== 'string' && body.base64 ? <p className="note">{texts.binary}</p> : null}
      <div className="row">
        {json ? (
          <Button kind="plain" onPress={() => setRaw(!isRaw)}>
            {isRaw ? texts.indented : texts.asSent}
          </Button>
        ) : null}
        {typeof body.text === 'string' ? <CopyButton text={body.text} /> : null}
        {bytes ? (
          <Button kind="plain" onPress={() => saveFile(bytes, `${name}.bin`)}>
            {texts.download}
          </Button>
        ) : null}
      </div>
      {isHidden ? null : lines.length === 0 ? (
        <p className="faint">{texts.empty}</p>
      ) : (
        <Lines lines={lines} label={name} />
      )}
    </div>
  );
}

function Lines({ lines, label }: { lines: readonly JsonLine[]; label: string }) {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    useFlushSync: false,
  });
  const isShort = lines.length <= FEW_LINES;
  const shown = isShort
    ? lines.map((_, index) => ({ index, start: index * LINE_PX }))
    : virtual.getVirtualItems().map(({ index, start }) => ({ index, start }));
  return (
    <section ref={scroller} className="body-lines" data-short={isShort || undefined} tabIndex={0} aria-label={label}>
      <div style={{ blockSize: lines.length * LINE_PX, position: 'relative' }}>
        {shown.map(({ index, start }) => (
          <Line key={index} line={lines[index] as JsonLine} start={start} />
        ))}
      </div>
    </section>
  );
}

function Line({ line, start }: { line: JsonLine; start: number }) {
  return (
    <div className="body-line" style={{ position: 'absolute', insetBlockStart: start, blockSize: LINE_PX }}>
      {'  '.repeat(line.depth)}
      {line.tokens.map(({ kind, text }, index) => (
        <span key={index} data-kind={kind}>
          <VisibleText text={text} />
        </span>
      ))}
    </div>
  );
}

function plainLines(text: string): JsonLine[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    const parts = line.length <= MAX_LINE ? [line] : (line.match(/.{1,2000}/gsu) ?? []);
    return parts.map((part): JsonLine => ({ depth: 0, tokens: [{ kind: 'mark', text: part }] }));
  });
}

function hexLines(bytes: Uint8Array): JsonLine[] {
  return Array.from({ length: Math.ceil(bytes.length / HEX_BYTES_PER_LINE) }, (_, line): JsonLine => {
    const part = [...bytes.subarray(line * HEX_BYTES_PER_LINE, (line + 1) * HEX_BYTES_PER_LINE)];
    const offset = (line * HEX_BYTES_PER_LINE).toString(16).padStart(6, '0');
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    return { depth: 0, tokens: [{ kind: 'mark', text: `${offset}  ${hex.padEnd(HEX_BYTES_PER_LINE * 3)} ${ascii}` }] };
  });
}

function bytesOf({ text, base64 }: ShownBody): Uint8Array<ArrayBuffer> | null {
  if (typeof text === 'string') return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
  return base64 ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) : null;
}
