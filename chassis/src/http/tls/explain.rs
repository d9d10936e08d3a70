//! What a failed handshake means, and what to do.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

/// The error of a handshake with `name`, in words that help.
pub(super) fn explained(error: &io::Error, name: &str) -> io::Error {
    let kind = error.kind();
    let cause = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match cause.and_then(|cause| explain(cause, name)) {
        Some(text) => io::Error::new(kind, text),
        None if kind == io::ErrorKind::UnexpectedEof => io::Error::new(
            kind,
            "TLS: the server closed the connection during the handshake; does it speak TLS on this \
             port, and does it want a client certificate?",
        ),
        None => io::Error::new(kind, format!("TLS: {error}")),
    }
}

fn explain(error: &Error, name: &str) -> Option<String> {
    Some(match error {
        Error::InvalidCertificate(fault) => certificate(fault, name)?,
        Error::AlertReceived(alert) => alerted(*alert)?,
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "TLS: what answers there does not speak TLS; is it http:// in place of https://, or \
             another port?"
                .to_owned()
        }
        Error::NoApplicationProtocol => no_protocol(),
        Error::PeerIncompatible(why) => format!(
            "TLS: the server and this client have no version or cipher in common ({why:?}); it must \
             speak TLS 1.2 or 1.3"
        ),
        _ => return None,
    })
}

fn certificate(fault: &CertificateError, name: &str) -> Option<String> {
    Some(match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => format!(
            "TLS: the certificate of {name} has expired; it must be renewed there (or the clock of \
             this machine is wrong)"
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => format!(
            "TLS: the certificate of {name} is not valid yet; is the clock of this machine right?"
        ),
        CertificateError::UnknownIssuer => format!(
            "TLS: nobody trusted here has signed the certificate of {name}; name the file with its \
             CA's certificate in `tls.ca_file`"
        ),
        CertificateError::BadSignature => format!(
            "TLS: the certificate of {name} was signed by another CA of the same name as one that is \
             trusted here; is the file in `tls.ca_file` the CA's present certificate?"
        ),
        CertificateError::NotValidForName => wrong_name(name, &[]),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_name(name, presented),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            format!("TLS: the certificate of {name} is not one for servers")
        }
        CertificateError::Revoked => format!("TLS: the certificate of {name} is revoked"),
        _ => return None,
    })
}

fn wrong_name(name: &str, presented: &[String]) -> String {
    // A certificate of hundreds of names is not for a message.
    let names: Vec<&str> = presented.iter().take(5).map(|name| bare(name)).collect();
    let for_whom = match names.is_empty() {
        true => String::new(),
        false => format!(", only for {}", names.join(", ")),
    };
    format!(
        "TLS: the certificate of the server is not for {name}{for_whom}; correct the `url`, or say \
         in `tls.server_name` which name it must have"
    )
}

/// `localhost` of `DnsName("localhost")`.
fn bare(presented: &str) -> &str {
    let quoted = presented.split('"').nth(1);
    quoted.unwrap_or(presented)
}

fn alerted(alert: AlertDescription) -> Option<String> {
    Some(match alert {
        AlertDescription::CertificateRequired => {
            "TLS: the server wants a client certificate; name it in `tls.certificate_file` and \
             `tls.key_file`"
                .to_owned()
        }
        AlertDescription::UnknownCA => {
            "TLS: the server does not know who signed our certificate (`tls.certificate_file`); it \
             must trust that CA, and intermediate certificates belong into the same file"
                .to_owned()
        }
        AlertDescription::BadCertificate
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateRevoked
        | AlertDescription::AccessDenied => format!(
            "TLS: the server refuses our certificate ({alert:?}); see `tls.certificate_file`"
        ),
        AlertDescription::NoApplicationProtocol => no_protocol(),
        AlertDescription::UnrecognisedName => {
            "TLS: the server knows no host of this name; correct the `url`, or say in \
             `tls.server_name` which name it has"
                .to_owned()
        }
        AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure => format!(
            "TLS: the server refuses the handshake ({alert:?}); it must speak TLS 1.2 or 1.3, and \
             may want a client certificate (`tls.certificate_file`)"
        ),
        _ => return None,
    })
}

fn no_protocol() -> String {
    "TLS: the server speaks none of the protocols that `protocol` allows; `auto` leaves it the \
     choice"
        .to_owned()
}
