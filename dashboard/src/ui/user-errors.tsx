import { Ltr } from './ltr';

export interface UserError {
  field?: readonly string[] | string | null;
  code: string;
  message: string;
}

/** The faults of a mutation that belong to no field of the form. */
export function UserErrors({ errors }: { errors: readonly UserError[] | undefined }) {
  if (!errors?.length) return null;
  return (
    <div className="note" data-tone="bad" role="alert">
      <ul>
        {errors.map((error) => (
          <li key={`${error.code} ${error.message}`}>
            <Ltr>{error.message}</Ltr>
          </li>
        ))}
      </ul>
    </div>
  );
}
