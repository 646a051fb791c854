/** Nobody was identified. The message is for the log and has no secret. */
export class OidcFailed extends Error {
  override readonly name = 'OidcFailed';
  /**
   * `down`: the issuer does not answer; `denied`: it did not let them in, or they did not want to; `wrong`: what came back does
   * not hold.
   */
  readonly reason: 'down' | 'denied' | 'wrong';
  constructor(reason: OidcFailed['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
