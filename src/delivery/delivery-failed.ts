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
  /** What kept the message from being looked at; `other` where that is not known, or where it was looked at. Absent: `other`. */
  readonly because?: 'unreached' | 'sign-in' | 'other';
}

/** What a provider's API answered that did not take a message. */
export interface ProviderAnswer {
  readonly status: number;
  /** Its own code of the error; undefined if it gave none. Not its words: they can repeat a contact or a credential. */
  readonly code: string | undefined;
}

/** The message was not accepted: do not report it as sent. The error's message is safe to log. */
export class DeliveryFailed extends Error implements Required<Failure> {
  override readonly name = 'DeliveryFailed';
  readonly isRefused: boolean;
  readonly isAnswered: boolean;
  readonly isOptedOut: boolean;
  readonly because: 'unreached' | 'sign-in' | 'other';
  /** Undefined if no API answered. */
  readonly answer: ProviderAnswer | undefined;
  constructor(
    message: string,
    { isRefused, isAnswered = false, isOptedOut = false, because = 'other' }: Failure,
    answer?: ProviderAnswer,
  ) {
    super(message);
    this.isRefused = isRefused;
    this.isAnswered = isAnswered;
    this.isOptedOut = isOptedOut;
    this.because = because;
    this.answer = answer;
  }
}
