/** What users are told by mail because it changes how, or whether, they can prove who they are (N08, N11). */
export type Notice =
  | {
      readonly type: 'authenticator-added';
      readonly verificationMethod: string;
      /** Until when it counts for little, if it was added in recovery. */
      readonly heldUntilMs?: number;
    }
  | {
      readonly type: 'authenticator-removed' | 'method-locked' | 'action-denied';
      readonly verificationMethod: string;
    }
  | { readonly type: 'recovery-code-used' | 'recovery-codes-made'; readonly codesLeft: number };

/** A notice on its way to one address. */
export interface AddressedNotice {
  readonly to: string;
  readonly notice: Notice;
  readonly happenedAtMs: number;
}
