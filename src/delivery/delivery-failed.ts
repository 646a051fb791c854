/** What became of a message that was not accepted. */
export interface Failure {
  /**
   * Whether the message will certainly not be delivered. Otherwise it may have been accepted before the response was
   * lost.
   */
  readonly isRefused: boolean;
  /** Whether the provider refused this message itself, and so works: nobody needs to wait for it to come back. */
  readonly isAnswered?: boolean;
  /** Whether the person has asked to get no more of them. No other provider may send it then. */
  readonly isOptedOut?: boolean;
}

/** The message was not accepted: do not report it as sent. The error's message is safe to log. */
export class DeliveryFailed extends Error implements Required<Failure> {
  override readonly name = 'DeliveryFailed';
  readonly isRefused: boolean;
  readonly isAnswered: boolean;
  readonly isOptedOut: boolean;
  constructor(message: string, { isRefused, isAnswered = false, isOptedOut = false }: Failure) {
    super(message);
    this.isRefused = isRefused;
    this.isAnswered = isAnswered;
    this.isOptedOut = isOptedOut;
  }
}
