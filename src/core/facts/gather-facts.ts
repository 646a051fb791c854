/** What is known when an action is decided, as plain values: what the caller sent and what is stored of the user. */
export interface Facts {
  readonly action: { readonly code: string };
  readonly user: {
    readonly userId: string;
    readonly isEnrolled: boolean;
    readonly enrolledVerificationMethods: readonly string[];
  };
  readonly ip: { readonly ipAddress: string | null };
  readonly device: { readonly id: string | null; readonly userAgent: string | null };
  readonly custom: Readonly<Record<string, unknown>>;
}

/** Puts the facts of one action together. What the caller did not send is null, never a guess. */
export function gatherFacts(
  action: { readonly userId: string; readonly actionCode: string },
  sent: {
    readonly ipAddress: string | undefined;
    readonly userAgent: string | undefined;
    readonly deviceId: string | undefined;
    readonly custom: Readonly<Record<string, unknown>> | undefined;
  },
  enrolledMethods: readonly string[],
): Facts {
  return {
    action: { code: action.actionCode },
    user: {
      userId: action.userId,
      isEnrolled: enrolledMethods.length > 0,
      enrolledVerificationMethods: enrolledMethods,
    },
    ip: { ipAddress: sent.ipAddress ?? null },
    device: { id: sent.deviceId ?? null, userAgent: sent.userAgent ?? null },
    custom: sent.custom ?? {},
  };
}
