import type { ReactNode } from 'react';
import { visibleParts } from './visible-parts';

/** Text of partners, in which characters that nobody sees are marks with their number. */
export function VisibleText({ text }: { text: string }): ReactNode {
  return visibleParts(text).map((part, index) =>
    part.hidden ? (
      <mark key={index} className="hidden-character">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
