/** A message to one address, as text and as HTML. */
export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Makes a message that is sent again recognisable as the same one (RFC 5322 §3.6.4); made up where absent. */
  readonly messageId?: string;
}

/** Hands messages over to whoever delivers them: what every provider is made into. */
export interface Mailer {
  /**
   * Resolves when the message was accepted for delivery. Tenants that share a server take turns.
   * @throws {DeliveryFailed} within five seconds otherwise
   */
  send(email: Email, tenantId: string): Promise<void>;
  /** Closes connections, as soon as what is under way is done. */
  close(): void;
}

/** The message was not accepted: nobody may be told that it was sent. The message is safe to log. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
  /** Whether it is certain that nobody delivers it; otherwise it may have been taken before the answer was lost. */
  readonly isRefused: boolean;
  /** Whether the server itself said no to the message. */
  readonly isAnswered: boolean;
  constructor(message: string, { isRefused, isAnswered = false }: { isRefused: boolean; isAnswered?: boolean }) {
    super(message);
    this.isRefused = isRefused;
    this.isAnswered = isAnswered;
  }
}
