/** Notices sent to users by mail about changes to how, or whether, they can prove their identity (N08, N11). */
export type Notice =
  | {
      readonly type: 'authenticator-added';
      readonly verificationMethod: string;
      /** Until when it is on hold, if it was added in recovery. */
      readonly heldUntilMs?: number;
    }
  | {
      readonly type: 'authenticator-removed' | 'method-locked' | 'action-denied';
      readonly verificationMethod: string;
    }
  /** A copied cookie of a remembered device was used. */
  | { readonly type: 'device-theft' }
  /** Operators sent a link by which the user can add an authenticator; `sentTo` is a masked address. */
  | { readonly type: 'help-sent'; readonly helpId: string; readonly sentTo: string }
  | { readonly type: 'recovery-code-used' | 'recovery-codes-made'; readonly codesLeft: number };

/** A notice on its way to one address. */
export interface AddressedNotice {
  readonly to: string;
  readonly notice: Notice;
  readonly happenedAtMs: number;
}
