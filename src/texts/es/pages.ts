import type { PageTexts } from '../page-texts.ts';

/** Spanish. */
export const esPages: PageTexts = {
  'common.title': 'Confirma que eres tú',
  'common.back': 'Atrás',
  'common.otherWay': 'Probar de otra forma',
  'common.or': 'o',
  'common.continue': 'Continuar',
  'common.cancel': 'Cancelar',
  'common.retry': 'Reintentar',
  'common.wait': 'Un momento…',
  'common.slow': 'Está tardando más de lo habitual. Seguimos intentándolo.',
  'common.offline': 'No tienes conexión. Compruébala; esta página continuará desde aquí.',
  'common.online': 'Vuelves a tener conexión.',
  'common.securedBy': 'Protegido por Sallyport',
  'common.recommended': 'Recomendado',
  'common.closable': 'Puedes cerrar esta página.',
  'common.close': 'Cerrar',

  'no-script.heading': 'JavaScript está desactivado',
  'no-script.description':
    'Esta página necesita JavaScript para confirmar que eres tú. Actívalo en los ajustes del navegador y vuelve a cargarla.',

  'problem.network': 'No podemos conectar con el servidor. Comprueba la conexión y vuelve a intentarlo.',
  'problem.unexpected': 'Algo ha fallado por nuestra parte. Vuelve a intentarlo.',
  'problem.wrongCode': 'Ese código no es correcto o ha caducado. Compruébalo y vuelve a intentarlo.',
  'problem.codeIncomplete': 'Escribe los {count} dígitos del código.',
  'problem.codeMissing': 'Escribe primero el código.',
  'problem.tooManyTries': 'Demasiados intentos. Podrás volver a intentarlo dentro de {time}.',
  'problem.tooManyTriesNow': 'Demasiados intentos. Espera un poco o prueba de otra forma.',
  'problem.mayTryAgain': 'Ya puedes volver a intentarlo.',
  'problem.locked': 'Demasiados intentos. Esta forma está bloqueada; usa otra o pide ayuda a {tenantName}.',
  'problem.tooManySent': 'Se han pedido demasiados mensajes. Espera un poco antes de pedir otro.',
  'problem.delivery': 'No se ha podido enviar el mensaje. Prueba de otra forma o inténtalo más tarde.',
  'problem.notPermitted': 'Aquí no es posible. Prueba de otra forma.',
  'problem.emailInvalid': 'Escribe una dirección de correo, como nombre@example.com.',
  'problem.phoneInvalid': 'Revisa el número. Si es de otro país, elige antes el país.',
  'problem.nameEmpty': 'Escribe un nombre.',
  'problem.copy': 'Aquí no se puede copiar. Selecciona el texto.',

  'method.PASSKEY': 'Llave de acceso',
  'method.SECURITY_KEY': 'Llave de seguridad',
  'method.AUTHENTICATOR_APP': 'Aplicación de autenticación',
  'method.EMAIL_OTP': 'Código por correo',
  'method.EMAIL_MAGIC_LINK': 'Enlace por correo',
  'method.RECOVERY_CODE': 'Código de recuperación',
  'method.PUSH': 'Notificación push',
  'method.QR_CODE': 'Código QR',
  'method.IN_APP': 'Aplicación',
  'push-message.body': '¿Eres tú? Abre la aplicación para responder.',
  'method.SMS': 'Mensaje de texto',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Otra forma',
  'method-hint.QR_CODE': 'Escanea con la aplicación de tu teléfono, sin escribir códigos',
  'method-hint.PASSKEY': 'Tu huella, tu cara o el bloqueo de pantalla',
  'method-hint.SECURITY_KEY': 'Una llave que se conecta o se acerca',
  'method-hint.AUTHENTICATOR_APP': 'Un código de una aplicación del teléfono',
  'method-hint.PUSH': 'Aprueba en tu teléfono',
  'method-hint.EMAIL_OTP': 'Te enviamos un código',
  'method-hint.EMAIL_MAGIC_LINK': 'Te enviamos un enlace para abrir',
  'method-hint.RECOVERY_CODE': 'Uno de los códigos que guardaste',
  'method-hint.SMS': 'Te enviamos un código por SMS',
  'method-hint.WHATSAPP': 'Te enviamos un código por WhatsApp',

  'method-select.heading': 'Confirma que eres tú',
  'method-select.description': 'Elige cómo.',
  'enroll-select.heading': 'Configura tu acceso',
  'enroll-select.description': 'Elige cómo sabrá {tenantName} que eres tú.',

  'code.label': 'Código',
  'code.resend': 'Enviar un código nuevo',
  'code.resendIn': 'Podrás pedir un código nuevo dentro de {time}.',
  'code.mayNotArrive': 'Los mensajes anteriores no llegaron. Si no llega nada, prueba de otra forma.',
  'code.resent': 'Un código nuevo está en camino. Los anteriores ya no sirven.',

  'sms-code-entry.heading': 'Escribe el código que te enviamos',
  'sms-code-entry.description': 'Lo enviamos por SMS a <identifier>{identifier}</identifier>.',
  'sms-code-entry.primaryCta': 'Confirmar',

  'whatsapp-code-entry.heading': 'Mira tu WhatsApp',
  'whatsapp-code-entry.description': 'Escribe el código que enviamos a <identifier>{identifier}</identifier>.',
  'whatsapp-code-entry.primaryCta': 'Confirmar',

  'sms-phone-entry.heading': '¿Cuál es tu número de teléfono?',
  'sms-phone-entry.description': '{tenantName} lo usará para comprobar que eres tú.',
  'sms-phone-entry.country': 'País o región',
  'sms-phone-entry.noCountry': 'Elegir',
  'sms-phone-entry.label': 'Número de teléfono',
  'sms-phone-entry.primaryCta': 'Continuar',
  'sms-phone-entry.consent':
    'Al continuar, aceptas que {tenantName} envíe códigos a este número. <link>Más información</link>',
  'sms-phone-entry.other': 'Usar otro número',

  'email-code-entry.heading': 'Mira tu correo',
  'email-code-entry.description': 'Escribe el código que enviamos a <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Confirmar',
  'email-code-entry.deliveryWarning': 'Puede tardar unos minutos en llegar. Mira también en el correo no deseado.',

  'email-address-entry.heading': '¿Cuál es tu dirección de correo?',
  'email-address-entry.description': '{tenantName} la usará para comprobar que eres tú.',
  'email-address-entry.label': 'Dirección de correo',
  'email-address-entry.primaryCta': 'Continuar',
  'email-address-entry.other': 'Usar otra dirección',

  'email-link-sent.heading': 'Abre el enlace que te enviamos',
  'email-link-sent.description':
    'Se envió a <identifier>{identifier}</identifier>. Ábrelo en cualquier dispositivo; esta página continuará sola.',
  'email-link-sent.waiting': 'Esperando a que abras el enlace…',
  'email-link-sent.resend': 'Enviar un enlace nuevo',
  'email-link-sent.resendIn': 'Podrás pedir un enlace nuevo dentro de {time}.',
  'email-link-sent.resent': 'Un enlace nuevo está en camino. Los anteriores ya no sirven.',

  'magic-link.heading': '¿Confirmas a {tenantName} que eres tú?',
  'magic-link.description': 'Confírmalo solo si acabas de pedirlo tú, en el dispositivo de abajo.',
  'magic-link.primaryCta': 'Sí, soy yo',
  'magic-link.secondaryCta': 'No, no fui yo',
  'magic-link.action': 'Para',
  'magic-link.device': 'Dispositivo',
  'magic-link.place': 'Lugar',
  'magic-link.time': 'Pedido el',
  'magic-link-done.heading': 'Confirmado',
  'magic-link-done.description': 'Vuelve a donde lo pediste: {tenantName} continúa allí. Puedes cerrar esta página.',
  'magic-link-done.primaryCta': 'Continuar',
  'magic-link-denied.heading': 'Gracias por avisarnos',
  'magic-link-denied.description':
    'El enlace ya no sirve y {tenantName} sabe que no fuiste tú. Puedes cerrar esta página.',
  'magic-link-over.heading': 'Este enlace ya no sirve',
  'magic-link-over.description': 'Se ha usado, ha caducado o está incompleto. Vuelve a donde estabas y pide otro.',
  'magic-link-over.advice': 'Si no pediste este enlace, avisa a {tenantName}.',

  'help-take.heading': 'Recupera el acceso a {tenantName}',
  'help-take.description':
    'Continúa solo si has pedido ayuda a {tenantName}. Después podrás añadir una nueva forma de confirmar que eres tú. Al principio permite hacer poco.',
  'help-take.primaryCta': 'Continuar',
  'help-stop.heading': '¿No has pedido ayuda?',
  'help-stop.description': 'Alguien ha pedido a {tenantName} acceso a tu cuenta. Si no has sido tú, deténlo aquí.',
  'help-stop.primaryCta': 'No fui yo: detenerlo',
  'help-stopped.heading': 'Detenido',
  'help-stopped.description':
    'El enlace ya no sirve, se ha eliminado lo que se añadió con él y aún esperaba, y {tenantName} está al corriente. Puedes cerrar esta página.',

  'totp-code-entry.heading': 'Escribe el código de tu aplicación',
  'totp-code-entry.description':
    'Abre tu aplicación de autenticación y escribe el código que muestra para {tenantName}.',
  'totp-code-entry.primaryCta': 'Confirmar',

  'totp-download.heading': '¿Aún no tienes una aplicación de autenticación?',
  'totp-download.description':
    'Sirve cualquier aplicación que cree códigos, como la de tu gestor de contraseñas. En la tienda de tu teléfono hay muchas.',

  'qr-code-verify.heading': 'Escanea con tu teléfono',
  'qr-code-verify.description':
    'Abre la aplicación de {tenantName} en tu teléfono y escanea este código. La aplicación te mostrará lo que confirmas.',
  'qr-code-verify.imageLabel': 'Código QR para la aplicación de tu teléfono',
  'qr-code-verify.waiting': 'Esperando a tu teléfono…',
  'qr-code-verify.ended': 'Este código ya no sirve. Vuelve a intentarlo o prueba de otra forma.',
  'qr-code-verify.passkeyCta': 'Usar una llave de acceso del teléfono',
  'qr-code-verify.passkeyHint':
    'Tu navegador muestra su propio código. Escanéalo con la cámara del teléfono y desbloquéalo. Solo funciona con el teléfono a tu lado, así que nadie puede usarlo desde lejos.',
  'qr-code-scanned.heading': 'Mira tu teléfono',
  'qr-code-scanned.description':
    'La aplicación de {tenantName} muestra lo que confirmas. Apruébalo allí solo si es correcto.',
  'qr-code-scanned.waiting': 'Esperando tu respuesta en el teléfono…',
  'totp-setup.heading': 'Conecta tu aplicación',
  'totp-setup.description': 'Escanea esta imagen con tu aplicación de autenticación y escribe el código que muestra.',
  'totp-setup.onPhone':
    'Abre desde aquí tu aplicación de autenticación o escanea la imagen con otro dispositivo. Después escribe el código que muestra.',
  'totp-setup.imageLabel': 'Código QR para tu aplicación de autenticación',
  'totp-setup.secretLabel': '¿No puedes escanearla? Escribe esta clave en la aplicación:',
  'totp-setup.openApp': 'Abrir en una aplicación de este dispositivo',
  'totp-setup.copy': 'Copiar la clave',
  'totp-setup.copied': 'Copiado.',
  'totp-setup.primaryCta': 'Confirmar',

  'push-wait.heading': 'Responde en tu teléfono',
  'push-wait.description':
    'Abre la aplicación en tu teléfono e introduce allí este número. Hazlo solo si la solicitud es tuya.',
  'push-wait.number': 'El número es',
  'push-wait.waiting': 'Esperando a tu teléfono…',
  'push-wait.late': 'Aún no hay respuesta. ¿Está tu teléfono encendido y conectado?',
  'push-wait.asking': 'Preguntando a tu teléfono…',
  'push-wait.again': 'Preguntar de nuevo',
  'push-wait.wrongNumber':
    'Se introdujo otro número en el teléfono. Pregunta de nuevo e introduce el número que ves aquí.',
  'push-wait.ended': 'Esta solicitud ya no se puede responder. Pregunta de nuevo o prueba de otra forma.',

  'passkey-verify.heading': 'Usa tu llave de acceso',
  'passkey-verify.description': 'Confirma con tu huella, tu cara o el bloqueo de pantalla.',
  'passkey-verify.primaryCta': 'Usar la llave de acceso',
  'passkey-verify.waiting': 'Sigue en tu dispositivo…',
  'passkey-verify.cancelled': 'Se canceló o tardó demasiado. Puedes volver a intentarlo.',
  'passkey-verify.refused': 'Esta llave de acceso no se ha aceptado. Vuelve a intentarlo o prueba de otra forma.',
  'passkey-verify.unsupported':
    'Este navegador no puede usar llaves de acceso aquí. Prueba de otra forma o abre esta página en otro navegador.',

  'passkey-create.heading': 'Crea una llave de acceso',
  'passkey-create.description':
    'La próxima vez confirmarás con tu huella, tu cara o el bloqueo de pantalla. Sin códigos ni contraseñas.',
  'passkey-create.primaryCta': 'Crear llave de acceso',
  'passkey-create.waiting': 'Sigue en tu dispositivo…',
  'passkey-create.cancelled': 'No se ha creado ninguna llave de acceso. Puedes volver a intentarlo.',
  'passkey-create.exists': 'Este dispositivo ya tiene una llave de acceso tuya.',
  'passkey-create.refused':
    'Esta llave no se ha aceptado. Prueba con otra, por ejemplo una llave de seguridad, o usa otra forma.',

  'passkey-uplift.heading': 'Más rápido la próxima vez',
  'passkey-uplift.description':
    'Crea una llave de acceso y confirma con tu huella, tu cara o el bloqueo de pantalla. También te protege de sitios falsos.',
  'passkey-uplift.primaryCta': 'Crear llave de acceso',
  'passkey-uplift.secondaryCta': 'Ahora no',

  'security-key-verify.heading': 'Usa tu llave de seguridad',
  'security-key-verify.description': 'Conéctala o acércala al dispositivo y tócala.',
  'security-key-verify.primaryCta': 'Usar la llave de seguridad',

  'security-key-create.heading': 'Añade una llave de seguridad',
  'security-key-create.description':
    'Ten la llave a mano. Conéctala o acércala al dispositivo cuando el navegador lo pida.',
  'security-key-create.primaryCta': 'Añadir llave de seguridad',
  'security-key-create.cancelled': 'No se ha añadido ninguna llave. Puedes volver a intentarlo.',
  'security-key-create.exists': 'Esta llave ya se había añadido.',

  'recovery-code-entry.heading': 'Escribe un código de recuperación',
  'recovery-code-entry.description':
    'Usa uno de los códigos que guardaste al configurar el acceso. Cada uno sirve una vez.',
  'recovery-code-entry.label': 'Código de recuperación',
  'recovery-code-entry.primaryCta': 'Confirmar',

  'recovery-codes-show.heading': 'Guarda bien estos códigos',
  'recovery-codes-show.description':
    'Con uno de ellos podrás entrar si pierdes tu dispositivo. Solo se muestran esta vez.',
  'recovery-codes-show.primaryCta': 'Continuar',
  'recovery-codes-show.keepFirst': 'Copia o descarga los códigos, o marca la casilla cuando los hayas anotado.',
  'recovery-codes-show.kept': 'Los he guardado',
  'recovery-codes-show.copy': 'Copiar',
  'recovery-codes-show.copied': 'Copiado.',
  'recovery-codes-show.download': 'Descargar',
  'recovery-codes-show.fileName': 'codigos-de-recuperacion',

  'remember-device.label': 'Recordar este dispositivo durante {time}',
  'remember-device.hint': 'Solo si no lo usa nadie más.',

  'settings.heading': 'Cómo confirmas que eres tú',
  'settings.description': 'Estas formas protegen lo que haces en {tenantName}.',
  'settings.empty': 'Todavía no hay nada configurado.',
  'settings.add': 'Añadir otra forma',
  'settings.added': 'Añadido el {date}',
  'settings.recoveryCodes': 'Códigos de recuperación',
  'settings.codesLeft': 'Códigos restantes: {count}',
  'settings.lastUsed': 'último uso el {date}',
  'settings.heldUntil': 'No se podrá usar del todo hasta el {time}',
  'settings.heldWhy':
    'Se añadió con un código de recuperación o con una forma menos segura. Si no has sido tú, quítala y avisa cuanto antes a {tenantName}.',
  'settings.default': 'Predeterminado',
  'settings.makeDefault': 'Usar de forma predeterminada',
  'settings.madeDefault': 'Ahora es tu forma predeterminada.',
  'settings.rename': 'Cambiar el nombre',
  'settings.renameLabel': 'Nombre',
  'settings.save': 'Guardar',
  'settings.renamed': 'Nombre cambiado.',
  'settings.change': 'Cambiar',
  'settings.remove': 'Quitar',
  'settings.removeHeading': '¿Quitar «{name}»?',
  'settings.removeDescription': 'Ya no podrás usarlo. No se puede deshacer.',
  'settings.removed': 'Quitado.',
  'settings.lastOne': 'Es tu única forma de entrar, así que no se puede quitar. Añade antes otra.',
  'settings.lastPasskey': 'Es tu última llave de acceso, así que no se puede quitar. Añade antes otra.',
  'settings.newRecoveryCodes': 'Crear códigos de recuperación nuevos',
  'settings.newRecoveryCodesDescription': 'Los códigos que tienes ahora dejarán de servir.',
  'settings.done': 'Listo',
  'settings.proveFirst': 'Para cambiar algo aquí, confirma con la forma más segura que tengas.',

  'devices.heading': 'Tus dispositivos',
  'devices.description': 'Has confirmado que eres tú desde estos dispositivos.',
  'devices.empty': 'Todavía no hay ninguno.',
  'devices.unknown': 'Dispositivo desconocido',
  'devices.this': 'Este dispositivo',
  'devices.name': '{browser} en {os}',
  'devices.rememberedUntil': 'Recordado hasta el {date}',
  'devices.forget': 'Olvidar',
  'devices.forgetHeading': '¿Olvidar «{name}»?',
  'devices.forgetDescription': 'Allí tendrás que confirmar que eres tú, como en un dispositivo nuevo.',
  'devices.forgotten': 'Olvidado.',

  'enroll-success.heading': 'Todo listo',
  'enroll-success.description': 'A partir de ahora puedes confirmar que eres tú con:',
  'enroll-success.primaryCta': 'Continuar',

  'challenge-success.heading': 'Confirmado',
  'challenge-success.description': 'Lo has confirmado a {tenantName}. Puedes cerrar esta página.',
  'challenge-success.leaving': 'Volviendo a {tenantName}…',

  'challenge-quit.heading': 'Te has detenido aquí',
  'challenge-quit.description': 'No se ha confirmado nada. Puedes cerrar esta página o continuar de todos modos.',
  'challenge-quit.primaryCta': 'Continuar',

  'session-expired.heading': 'Esta página ha caducado',
  'session-expired.description': 'No se ha cambiado nada. Vuelve a donde estabas y empieza de nuevo.',
  'session-expired.primaryCta': 'Volver',

  'challenge-blocked.heading': 'Hemos detenido esta solicitud',
  'challenge-blocked.description': 'Es para protegerte. Si es un error, pide ayuda a {tenantName}.',
  'challenge-blocked.primaryCta': 'Volver',

  'challenge-failed.heading': 'Se ha rechazado',
  'challenge-failed.description':
    'No se confirmó, así que no se ha hecho nada. Puedes empezar de nuevo desde {tenantName}.',
  'challenge-failed.primaryCta': 'Volver',

  'challenge-review.heading': 'Se está revisando',
  'challenge-review.description': '{tenantName} lo está comprobando. Aquí no tienes nada más que hacer.',
  'challenge-review.primaryCta': 'Volver',

  'cannot-confirm.heading': 'Aquí no se puede confirmar',
  'cannot-confirm.description': 'Ninguna de las formas que has configurado sirve para esto. Pide ayuda a {tenantName}.',
  'cannot-confirm.primaryCta': 'Volver',

  'generic-error.heading': 'Algo ha fallado',
  'generic-error.description': 'No es culpa tuya y no se ha cambiado nada. Vuelve a intentarlo.',
  'generic-error.primaryCta': 'Reintentar',

  'failure-busy.heading': 'Ahora mismo no es posible',
  'failure-busy.description': 'No es culpa tuya. Vuelve a intentarlo en un momento.',
  'failure-missing.heading': 'Aquí no hay nada',
  'failure-missing.description':
    'La dirección está incompleta o contiene un error. Vuelve a donde estabas y empieza de nuevo.',
  'failure-again.description': 'No es culpa tuya. Vuelve a donde estabas e inténtalo de nuevo.',
  'failure.reference': 'Referencia: {id}',
};
