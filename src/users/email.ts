/** RFC 5321, section 4.5.3.1.3. */
export const MAX_EMAIL = 254;

/** A local part and a host: what a mail server accepts as an address is for it to say. */
export function isEmail(text: string): boolean {
  return /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text);
}
