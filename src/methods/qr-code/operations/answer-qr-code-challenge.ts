import { answerQrCodeChallenge as route } from '../challenge-contract.ts';
import { operation } from '../../../operations/operation.ts';
import { answerQrCode } from '../../../proving/apps/answer-qr-code.ts';

export const answerQrCodeChallenge = operation(route, (context, request) => answerQrCode(context, request, route));
