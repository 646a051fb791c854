/** A refused template. The message says why, for the operator who configures it. */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
}
