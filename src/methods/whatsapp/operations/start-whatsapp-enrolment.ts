import { startWhatsappEnrolment as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { enrolNumber } from '../../../proving/enrol-number.ts';

export const startWhatsappEnrolment = operation(route, (context, request) =>
  enrolNumber(context, request, route, 'WHATSAPP'),
);
