import { z } from 'zod';

/**
 * JSON that is kept as it was written, with its order of keys, spelling of numbers and white space, which parsing
 * loses. All code except the writer of responses sees it as the parsed value.
 */
export class JsonText {
  readonly text: string;
  /** `text` must be valid JSON. */
  constructor(text: string) {
    this.text = text;
  }

  /** The value, as any JSON reader sees it. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** A member of a body that arrives as {@link JsonText}; its route names it in `exact`. */
export const jsonText = z
  .custom<JsonText>((given) => given instanceof JsonText)
  .meta({ type: 'object', additionalProperties: true });
