import { startPushUpdate as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { newSigningMessage } from '../../../proving/apps/signing-messages.ts';

export const startPushUpdate = operation(route, (context, request) =>
  newSigningMessage(context, request, 'PUSH', 'update'),
);
