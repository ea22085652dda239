"""Column titles in five languages: which column holds addresses, which passwords, which something harmless."""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = (
    "e mail;email;emails;mail;mails;correo;correos;correo electronico;direccion;direcciones;direccion de correo;"
    "direccion de correo electronico;direccion email;email address;e mail address;mail address;address;adresse;"
    "adresses;adresse e mail;adresse mail;adresse email;adresse electronique;courriel;mailadresse;e mail adresse;"
    "email adresse;mailadressen;indirizzo;indirizzi;indirizzo email;indirizzo e mail;indirizzo di posta;posta;"
    "posta elettronica;buzon;mailbox;boite;boite mail;postfach;casella;casella di posta;usuario;usuarios;user;users;"
    "username;user name;nombre de usuario;login;utilisateur;nom d utilisateur;identifiant;benutzer;benutzername;utente;"
    "nome utente;cuenta;cuenta de correo;account;compte;konto;alias;local part;parte local;local"
)
_HARMLESS = (
    "nombre;nombres;name;names;nom;nome;vorname;nachname;prenom;cognome;apellido;apellidos;first name;last name;"
    "surname;full name;nombre completo;nombre y apellidos;telefono;movil;phone;mobile;telephone;telefon;cellulare;"
    "departamento;department;departement;abteilung;reparto;empresa;company;firma;societe;azienda;puesto;cargo;job;title;"
    "titulo;poste;position;ruolo;id;codigo;code;referencia;reference;numero;number;nummer;fecha;date;datum;data;"
    "comentario;comentarios;notas;nota;notes;note;observaciones;bemerkung;idioma;language;langue;sprache;lingua;pais;"
    "country;pays;land;paese;ciudad;city;ville;stadt;citta;dominio;domain;domaine;domane;cuota;quota"
)
_HIDDEN_TITLES = (
    "contrasena;contrasenas;contrasenia;clave;claves;clave de acceso;password;passwords;passwd;pwd;pass;passphrase;"
    "passwort;passworter;passwoerter;kennwort;kennworter;kennwoerter;zugangscode;mdp;mot de passe;mots de passe;"
    "motdepasse;parola d ordine;parola chiave;parola;secret;secreto;secreta;segreto;geheim;pin;codigo de acceso;psw;pw"
)
_SECRET_INSIDE = ("contrasen", "password", "passwort", "kennwort", "motdepasse", "passwd", "passphrase", "parolachiave")
"""Found inside longer words too: «InitialPassword», «contraseña_inicial»."""
_PLAIN_LOCALS = frozenset({"mail", "alias", "local", "login", "account", "user", "users", "cuenta", "konto", "posta"})
"""Titles that are good local parts as well: alone in a column they are taken for addresses."""
_SPLIT = re.compile(r"[^a-z0-9]+")
_MAX_TITLE = 60

_ADDRESS_SET = frozenset(_ADDRESS.split(";"))
_HARMLESS_SET = frozenset(_HARMLESS.split(";"))
_SECRET_SET = frozenset(_HIDDEN_TITLES.split(";"))


def folded(title: str) -> str:
    """A title as words in lower case without accents and signs; "" when it is too long for a title."""
    if len(title) > _MAX_TITLE:
        return ""
    split_case = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title)
    plain = unicodedata.normalize("NFKD", split_case).casefold().replace("ß", "ss")
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return _SPLIT.sub(" ", letters).strip()


def is_secret_title(title: str) -> bool:
    """Whether a column of that title holds passwords."""
    words = folded(title)
    padded = f" {words} "
    squeezed = words.replace(" ", "")
    return any(f" {word} " in padded for word in _SECRET_SET) or any(word in squeezed for word in _SECRET_INSIDE)


def is_address_title(title: str, *, alone: bool = False) -> bool:
    """Whether a column of that title holds addresses; ``alone``: the file has no other column."""
    words = folded(title)
    return words in _ADDRESS_SET and not (alone and words in _PLAIN_LOCALS and title == title.lower())


def is_harmless_title(title: str) -> bool:
    """Whether a column of that title holds something else that may be shown."""
    return folded(title) in _HARMLESS_SET
