import { findPushCredential as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { findAppCredential } from '../../../proving/apps/find-app-credential.ts';

export const findPushCredential = operation(route, (context, request) => findAppCredential(context, request, 'PUSH'));
