/** A message to one address, as text and as HTML. */
export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Identifies a message that is sent again as the same one (RFC 5322 §3.6.4); generated if absent. */
  readonly messageId?: string;
}

/** Passes messages to a provider; every provider implements this. */
export interface Mailer {
  /**
   * Resolves when the message was accepted for delivery. Tenants that share a server take turns.
   * @throws {DeliveryFailed} within five seconds otherwise
   */
  send(email: Email, tenantId: string): Promise<void>;
  /** Closes connections once the messages being sent are done. */
  close(): void;
}

/** The message was not accepted: do not report it as sent. The error's message is safe to log. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
  /**
   * Whether the message will certainly not be delivered. Otherwise it may have been accepted before the response was
   * lost.
   */
  readonly isRefused: boolean;
  /** Whether the server itself refused the message. */
  readonly isAnswered: boolean;
  constructor(message: string, { isRefused, isAnswered = false }: { isRefused: boolean; isAnswered?: boolean }) {
    super(message);
    this.isRefused = isRefused;
    this.isAnswered = isAnswered;
  }
}
