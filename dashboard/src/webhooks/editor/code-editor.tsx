// CodeMirror, in a chunk of its own: with line numbers, undo, and faults marked where the server found them.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { FormFault } from './form-faults';

interface Props {
  value: string;
  onChange(value: string): void;
  faults: readonly FormFault[];
  labelledBy: string;
  describedBy: string | undefined;
}

/** The styles that CodeMirror makes: the content security policy asks for the nonce of this page. */
function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

const showFaults = StateEffect.define<readonly FormFault[]>();
const MARK = Decoration.mark({ class: 'code-fault' });

/** Marks move with the text until the next faults are known. */
const MARKS = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects, newDoc }) {
    const shown = effects.find((effect) => effect.is(showFaults));
    if (!shown) return marks.map(changes);
    const ranges = (shown.value as readonly FormFault[]).flatMap((fault) => rangeOf(newDoc, fault) ?? []);
    return Decoration.set(
      ranges.map(({ from, to }) => MARK.range(from, to)),
      true,
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The word at the place of a fault; without a place, the whole text. null: there is no text to mark. */
function rangeOf(doc: Text, { line, column }: FormFault): { from: number; to: number } | null {
  if (doc.length === 0) return null;
  if (line === null || column === null) return { from: 0, to: doc.length };
  const at = doc.line(Math.min(line, doc.lines));
  // a text that ends too early has its fault behind the last character
  const from = Math.min(at.from + column - 1, Math.max(at.from, at.to - 1));
  const word = /^(?:\w+|\s*\S)/.exec(doc.sliceString(from, at.to))?.[0] ?? '';
  const to = Math.min(at.to, from + Math.max(1, word.length));
  return to > from ? { from, to } : null;
}

/** Tab leaves the editor, as it leaves every field: nobody is caught in it who uses the keyboard. */
export default function CodeEditor({ value, onChange, faults, labelledBy, describedBy }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const first = useRef(value);
  useEffect(() => {
    const made = new EditorView({
      parent: host.current as HTMLDivElement,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          lineNumbers(),
          MARKS,
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-labelledby': labelledBy, dir: 'ltr', spellcheck: 'false' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) changed.current(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [labelledBy]);
  useEffect(() => {
    const { state } = view.current as EditorView;
    const text = value.replaceAll('\r\n', '\n');
    if (state.doc.toString() === text) return;
    view.current?.dispatch({ changes: { from: 0, to: state.doc.length, insert: text } });
  }, [value]);
  useEffect(() => {
    const editor = view.current as EditorView;
    editor.dispatch({ effects: showFaults.of(faults) });
    editor.contentDOM.setAttribute('aria-invalid', String(faults.length > 0));
    if (describedBy === undefined) editor.contentDOM.removeAttribute('aria-describedby');
    else editor.contentDOM.setAttribute('aria-describedby', describedBy);
  }, [faults, describedBy]);
  return <div ref={host} className="code-editor" dir="ltr" />;
}
