import { textsOf } from '../i18n/language';
import { Ltr } from './ltr';

const useTexts = textsOf(
  { warnings: 'This was done, and may not work as it is meant to:' },
  { warnings: 'تم هذا، وقد لا يعمل كما يُراد:' },
);

/** What the API has done and doubts. */
export function Warnings({ of: warnings }: { of: readonly { message: string }[] }) {
  const texts = useTexts();
  if (warnings.length === 0) return null;
  return (
    <div className="note stack" data-tone="refused" role="status">
      <p>{texts.warnings}</p>
      <ul>
        {warnings.map(({ message }) => (
          <li key={message}>
            <Ltr>{message}</Ltr>
          </li>
        ))}
      </ul>
    </div>
  );
}
