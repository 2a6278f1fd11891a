/** Thrown by a template. The message continues a sentence after the text that failed, and must not quote a value. */
export class TemplateFault extends Error {}
