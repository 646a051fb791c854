/** A message to one address, as text and as HTML. */
export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Hands messages over to whoever delivers them. */
export interface Mailer {
  /** Resolves when the message was accepted for delivery. @throws {DeliveryFailed} within five seconds otherwise. */
  send(email: Email): Promise<void>;
  close(): void;
}

/** The message was not accepted: nobody may be told that it was sent. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
}
