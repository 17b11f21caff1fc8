"""`millrace deploy`: a SAM or CloudFormation template, made real on a running server."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from millrace.cli.client import boto3_settings, endpoint_option
from millrace.cli.deploy_lines import Lines, plan_json, problem_json
from millrace.deploy.deployment import Interrupted, Report, Result, deploy, remove
from millrace.deploy.problem import DeployError, Refused
from millrace.deploy.survey import Permits

EPILOG = """
\b
Examples:
  millrace deploy game                      the folder's template.yaml, .yml or .json
  millrace deploy game --dry-run            show what it would do, and stop
  millrace deploy game/template.yaml --stack-name play --parameter Stage=test
  millrace deploy game --json | jq .outputs
  millrace deploy game --delete             remove what belongs to the stack; tables stay
  millrace deploy game --delete --delete-data

Running it again changes what has changed. docs/deploy.md says which resources and properties are supported.
"""


@click.command("deploy", epilog=EPILOG, short_help="Deploy a SAM or CloudFormation template.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@endpoint_option
@click.option("--stack-name", metavar="NAME", help="Whose resources they are.  [default: the folder's name]")
@click.option(
    "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="A template parameter; repeatable."
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--json", "as_json", is_flag=True, help="Plan and result as one JSON document.")
@click.option("--adopt", is_flag=True, help="Take over resources of the same name that are not the stack's.")
@click.option(
    "--replace", is_flag=True, help="Make tables anew where nothing else helps. Their items are lost."
)
@click.option(
    "--delete-data",
    is_flag=True,
    help="Delete data that left the template: tables, log groups, queues, buckets.",
)
@click.option("--delete", is_flag=True, help="Remove the stack.")
def command(
    path: Path | None,
    endpoint: str,
    stack_name: str | None,
    parameters: tuple[str, ...],
    as_json: bool,
    delete: bool,
    dry_run: bool,
    **permits: bool,
) -> None:
    """Deploy the template in the folder PATH, or the template file PATH, to a running server."""
    lines = Lines(Console(highlight=False, soft_wrap=True), endpoint)
    report: Report = lines.ignore if as_json else lines.hear
    given = {"stack_name": stack_name, "permits": Permits(**permits), "dry_run": dry_run, "report": report}
    try:
        if delete:
            result = remove(path, boto3_settings(endpoint), **_any(given))
        elif path is None:
            raise click.UsageError("give the folder or the file of the template")
        else:
            values = dict(map(_parameter, parameters))
            result = deploy(path, boto3_settings(endpoint), parameters=values, **_any(given))
    except DeployError as error:
        if as_json:
            click.echo(json.dumps(_failure(error), indent=2))
            raise SystemExit(1) from None
        raise click.ClickException(_sentences(error)) from None
    finally:
        lines.stop()
    if as_json:
        click.echo(json.dumps(_success(result, dry_run=dry_run), indent=2))
    else:
        lines.end(result, dry_run=dry_run)


def _any(given: dict[str, Any]) -> Any:
    return given


def _parameter(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise click.UsageError(f"--parameter {word}: write it as NAME=VALUE")
    return name, value


def _success(result: Result, *, dry_run: bool) -> dict[str, Any]:
    return {
        "stack": result.stack,
        "dry_run": dry_run,
        "changed": bool(result.done),
        "plan": plan_json(result.plan),
        "done": [item.logical_id for item in result.done],
        "outputs": {name: str(output.value) for name, output in result.outputs.items()},
        "seconds": round(result.seconds, 3),
        "error": None,
    }


def _failure(error: DeployError) -> dict[str, Any]:
    if isinstance(error, Interrupted):
        return {
            "stack": error.stack,
            "plan": plan_json(error.plan),
            "done": [item.logical_id for item in error.done],
            "failed": error.item.logical_id,
            "error": str(error),
        }
    problems = [problem_json(problem) for problem in error.problems] if isinstance(error, Refused) else []
    return {"problems": problems, "error": str(error)}


def _sentences(error: DeployError) -> str:
    if isinstance(error, Refused):
        count = len(error.problems)
        found = "one thing stands" if count == 1 else f"{count} things stand"
        lines = "\n".join(f"  {problem}" for problem in error.problems)
        return f"{found} in the way; nothing was changed:\n{lines}"
    if isinstance(error, Interrupted):
        done = ", ".join(item.logical_id for item in error.done) or "nothing"
        return f"{error}\n  Done before: {done}. Run it again to go on from here."
    return str(error)
