import type { MailTexts } from '../mail-texts.ts';

/** Spanish. */
export const esMails: MailTexts<'es'> = {
  'code.subject': '{code} es tu código para {tenantName}',
  'code.heading': 'Tu código para {tenantName}',
  'code.validity': {
    one: 'Sirve durante {count} minuto y una sola vez.',
    other: 'Sirve durante {count} minutos y una sola vez.',
  },
  'code.warning': 'Si no lo has pedido, ignora este mensaje. No des el código a nadie.',

  'text.code': '{tenantName}: {code} es tu clave.',
  'text.validity': { one: 'Caduca en {count} minuto.', other: 'Caduca en {count} minutos.' },
  'text.warning': 'No la compartas con nadie.',

  'link.subject': 'Confirma a {tenantName} que eres tú',
  'link.description': 'Abre este enlace para confirmar a {tenantName} que eres tú.',
  'link.primaryCta': 'Confirmar que soy yo',
  'link.validity': {
    one: 'El enlace sirve durante {count} minuto y una sola vez.',
    other: 'El enlace sirve durante {count} minutos y una sola vez.',
  },
  'link.warning': 'Si no lo has pedido, ignora este mensaje y no abras el enlace.',

  'help-link.subject': 'Recupera el acceso a tu cuenta en {tenantName}',
  'help-link.description':
    'Has pedido ayuda a {tenantName}. Abre este enlace para añadir una nueva forma de confirmar que eres tú.',
  'help-link.primaryCta': 'Recuperar el acceso',
  'help-link.validity': {
    one: 'El enlace sirve durante {count} hora y una sola vez.',
    other: 'El enlace sirve durante {count} horas y una sola vez.',
  },
  'help-link.warning':
    'Si no has pedido ayuda, no abras el enlace. No se lo pases a nadie, te lo pida quien te lo pida.',
  'help-sent.subject': 'Se ha enviado un nuevo acceso a tu cuenta en {tenantName}',
  'help-sent.description':
    'Se pidió a {tenantName} que te ayudara a recuperar el acceso, y ha enviado un enlace a {email}. Quien lo lea puede añadir una nueva forma de confirmar que es tú.',
  'help-sent.primaryCta': 'No fui yo: detenerlo',
  'help-sent.advice':
    'Si lo has pedido tú, no tienes que hacer nada. Si no, deténlo cuanto antes: puede que otra persona esté intentando entrar en tu cuenta.',

  'notice.way': 'Forma:',
  'notice.time': 'Cuándo:',
  'notice.advice':
    'Si has sido tú, no tienes que hacer nada. Si no, avisa cuanto antes a {tenantName}: puede que otra persona esté intentando entrar en tu cuenta.',
  'authenticator-added.subject': 'Se ha añadido una forma de confirmar que eres tú en {tenantName}',
  'authenticator-added.held':
    'Se añadió con un código de recuperación o con una forma menos segura. Hasta el {time} permite hacer poco.',
  'authenticator-removed.subject': 'Se ha quitado una forma de confirmar que eres tú en {tenantName}',
  'method-locked.subject': 'Demasiados intentos fallidos en {tenantName}',
  'method-locked.description':
    'Una de tus formas de confirmar que eres tú está bloqueada tras demasiados intentos fallidos.',
  'method-locked.advice':
    'Si has sido tú, usa otra forma o pide ayuda a {tenantName}. Si no, avisa cuanto antes a {tenantName}: puede que otra persona esté intentando entrar en tu cuenta.',
  'action-denied.subject': 'Se ha rechazado una solicitud en {tenantName}',
  'action-denied.description': 'En un correo que te enviamos se pulsó «No, no fui yo».',
  'action-denied.advice':
    'Si fuiste tú, puede que otra persona esté intentando entrar en tu cuenta: {tenantName} puede ayudarte. Si no, puede que otra persona lea tu correo: avisa cuanto antes a {tenantName}.',
  'device-theft.subject': 'Puede que se haya copiado un dispositivo recordado en {tenantName}',
  'device-theft.description':
    'Lo que nos permite recordar uno de tus dispositivos se ha usado desde dos sitios. Por eso hemos olvidado todos tus dispositivos y tendrás que confirmar otra vez que eres tú.',
  'device-theft.advice':
    'Un navegador restaurado desde una copia de seguridad puede causarlo. Si no es el caso, avisa cuanto antes a {tenantName}: puede que otra persona esté intentando entrar en tu cuenta.',
  'recovery-code-used.subject': 'Se ha usado un código de recuperación en {tenantName}',
  'recovery-code-used.codesLeft': {
    one: 'Te queda {count} código de recuperación.',
    other: 'Te quedan {count} códigos de recuperación.',
  },
  'recovery-code-used.noneLeft': 'No te queda ningún código de recuperación.',
  'recovery-codes-made.subject': 'Se han creado códigos de recuperación nuevos en {tenantName}',
  'recovery-codes-made.description': {
    one: 'Tienes {count} código de recuperación nuevo. Los anteriores ya no sirven.',
    other: 'Tienes {count} códigos de recuperación nuevos. Los anteriores ya no sirven.',
  },
};
