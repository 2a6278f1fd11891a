import { VisibleText } from './visible-text';

/** A value of the API that has no fixed shape, such as the details of an audit entry. */
export function JsonValue({ value }: { value: unknown }) {
  if (value === null || value === undefined) return null;
  return (
    <pre className="body-lines" data-short dir="ltr">
      <VisibleText text={JSON.stringify(value, null, 2)} />
    </pre>
  );
}
