import { startPushPoll as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { newSigningMessage } from '../../../proving/apps/signing-messages.ts';

export const startPushPoll = operation(route, async (context, request) => {
  const { message } = await newSigningMessage(context, request, 'PUSH', 'poll');
  return { message };
});
