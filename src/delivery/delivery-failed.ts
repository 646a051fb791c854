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
