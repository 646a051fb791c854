import { verifyPush as route } from '../contract.ts';
import { pushAnswer } from '../../../proving/apps/push-answer.ts';
import { operation } from '../../../operations/operation.ts';

/** For clients that poll. The live channel tells the same at once. */
export const verifyPush = operation(route, (context, { caller, body }) =>
  pushAnswer(context, caller, body.challengeId),
);
