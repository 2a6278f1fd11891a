/** Thrown inside a template; the message goes on after the name of what failed, and never quotes a value. */
export class TemplateFault extends Error {}
