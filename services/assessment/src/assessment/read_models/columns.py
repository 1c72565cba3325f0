"""Kinds of column that the tables share."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID


def identity(name: str = "id", *, primary_key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, UUID(as_uuid=False), primary_key=primary_key, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def document(name: str) -> Column[Any]:
    """JSON as it was encoded by its Struct; text in and text out."""
    return Column(name, JSONB, nullable=False)


def stamp() -> Column[Any]:
    """The position of the last append that changed this boundary's row; 0 until its first command stamps it."""
    return Column("position", BigInteger, nullable=False, server_default="0")
