import { ValidateBy, type ValidationError, type ValidationOptions, validateSync } from 'class-validator';
import { InputError, type UserError } from '../../errors';
import { MAX_REASON, SHORT_TEXT, TEXT_RULES } from '../../text';

/** A short text: not null, not blank, at most `max` UTF-16 units, no control characters. It may be absent. */
export function ShortText(max = SHORT_TEXT, options: { nullable?: boolean } = {}): PropertyDecorator {
  return (target, property) => {
    for (const rule of TEXT_RULES) {
      const holds = (value: unknown) => (options.nullable === true && value === null) || rule.holds(value, max);
      rejects(rule.code, rule.name, holds, (value, name) => rule.message(name, value, max))(target, property);
    }
  };
}

/** The reason of an act. */
export function Reason(options: { nullable?: boolean } = {}): PropertyDecorator {
  return ShortText(MAX_REASON, options);
}

/** A rule whose code and message are sent to the caller as a user error. */
export function rejects(
  code: UserError['code'],
  name: string,
  holds: (value: unknown) => boolean,
  message: (value: unknown, property: string) => string,
): PropertyDecorator {
  const validationOptions: ValidationOptions = { context: { code } };
  const defaultMessage = (args?: { value: unknown; property: string }) => message(args?.value, args?.property ?? '');
  return ValidateBy({ name, validator: { validate: holds, defaultMessage } }, validationOptions);
}

/**
 * @param path of the input in the call; left out where the fields of its faults begin with its own
 * @throws InputError with the first fault of each field. Absent fields are not checked, null is.
 */
export function checkInput(input: object, path: readonly string[] = []): void {
  const faults = validateSync(input, {
    skipUndefinedProperties: true,
    forbidUnknownValues: false,
    validationError: { target: false },
  });
  const errors = faults.map((fault) => toUserError(fault, path));
  if (errors.length > 0) throw new InputError(errors);
}

function toUserError(fault: ValidationError, path: readonly string[]): UserError {
  const order = TEXT_RULES.map((rule) => rule.name);
  const names = Object.keys(fault.constraints ?? {}).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const name = names[0] as string;
  return {
    field: [...path, fault.property],
    code: (fault.contexts?.[name] as { code: UserError['code'] } | undefined)?.code ?? 'INVALID',
    message: fault.constraints?.[name] ?? `${fault.property} cannot be used.`,
  };
}
