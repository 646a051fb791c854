import { z } from 'zod';

/**
 * JSON that is kept as it was written: order of keys, spelling of numbers and white space, which parsing loses. To
 * everything but the writer of answers it looks like the value it stands for.
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
