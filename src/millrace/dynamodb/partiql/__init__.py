"""PartiQL: statements compiled to the reads and writes that the other operations make.

Texts become tokens (`lexer`), tokens trees (`expressions`, `parser`). Conditions, paths and values of a tree
become those of the expression language (`conditions`, `updates`, `literals`), bound by made-up names and
values (`placeholders`), so that nothing here evaluates anything. Nothing here reads or writes a table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""
