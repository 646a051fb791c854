import { Refusal } from '../../contract/errors.ts';

/** Refuses what the wire knows and this server does not do yet: stored and ignored, it would be a promise not kept. */
export function refuseUnbuilt(sent: {
  readonly actionType?: string | null | undefined;
  readonly verificationWebhookUrl?: string | null | undefined;
}): void {
  if (sent.verificationWebhookUrl !== undefined && sent.verificationWebhookUrl !== null) {
    throw new Refusal('invalid_configuration', 'verificationWebhookUrl is not part of this release.');
  }
  if (sent.actionType === 'FLOW') {
    throw new Refusal('invalid_configuration', 'Actions of type FLOW are not part of this release.');
  }
}
