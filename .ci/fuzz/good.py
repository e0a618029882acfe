"""Operation → what its good request is about. The body is the document's example; the table says
only what differs from it: whose id goes into the path, and which of the example's names have to be
ours. An operation that is not in the table needs nothing of the kind."""

from collections.abc import Callable
from dataclasses import dataclass, field

from people import Person
from server import PASSWORD
from world import PDF, World


@dataclass
class Good:
    """A request that can succeed, as far as the document's example does not say it already."""

    path: dict[str, str] = field(default_factory=dict)
    version: int | None = None
    body: dict = field(default_factory=dict)
    token: str | None = None


Maker = Callable[[World, Person], Good]

# A customer who can be written to.
TOLD = {"code": "ACME", "email": "buyer@acme.example"}


def of(thing: dict, **body: object) -> Good:
    """A request about a thing."""
    return Good({"id": thing["id"]}, thing.get("version"), body)


def about(make: Callable[[World], dict], **body: object) -> Maker:
    """The same for whoever asks."""
    return lambda world, _: of(make(world), **body)


def new(**names: str) -> Maker:
    """Something that nothing is called like yet: a field, and what its names begin with."""
    return lambda world, _: Good(body={name: world.fresh(word) for name, word in names.items()})


def order(until: str, goods: str = "service") -> Maker:
    """An order of somebody else's."""
    return lambda world, _: of(world.order(until, goods))


def own_order(until: str) -> Maker:
    """An order that the actor entered: specialists go on with their own only (DECISIONS 27)."""
    return lambda world, actor: of(world.order(until, by=actor))


def sending_back(world: World, _: Person) -> Good:
    order, line, _ = world.delivered()
    return Good(body={"order_id": order, "lines": [{"line_id": line, "quantity": "1"}]})


def held_order(world: World, _: Person) -> Good:
    held = world.order("awaiting_verification")
    return of(world.post("order_admin", f"/v1/orders/{held['id']}/hold", {"reason": "A question is open"}))


def reviewed_order(world: World, _: Person) -> Good:
    """An order that is not released by itself."""
    world.settings({"auto_release": False})
    reviewed = world.order("reviewed")
    world.settings({"auto_release": None})
    return of(reviewed)


def wrong_order(world: World, actor: Person) -> Good:
    """What may be sent back: managers do so for the customer, others when they verify."""
    return of(world.order("awaiting_confirmation" if actor.role == "sales_manager" else "awaiting_verification"))


def step(world: World, actor: Person) -> Good:
    return of(world.step(actor.role))


def task(proven: bool = False) -> Maker:
    """An open task of the actor's department; keys and order administrators do everybody's."""
    return lambda world, actor: of(world.task(actor.department or "sales", proven))


def evidence(world: World, actor: Person) -> Good:
    department = actor.department or "warehouse"
    kind = "qc_report" if department == "production" else "goods_issue_note"
    return of(world.task(department), kind=kind, file=PDF)


def document(world: World, _: Person) -> Good:
    return of(world.task("warehouse", proven=True)["evidence"][0])


def told(world: World, _: Person) -> Good:
    """An entry of a trace that may have been wrong."""
    shipment = world.dispatched()
    entry = world.post("order_admin", f"/v1/shipments/{shipment['id']}/events", {"status": "in_transit"})
    return Good({"id": shipment["id"], "event": entry["id"]})


def output(world: World, _: Person) -> Good:
    """Some of what production makes."""
    task = world.task("production", proven=True)
    line = world.get(f"/v1/orders/{task['order_id']}")["lines"][0]
    return of(task, lines=[{"line_id": line["id"], "quantity": "1"}])


def giving(world: World, _: Person) -> Good:
    """One order has what another lacks."""
    sku, has, lacks = world.rivals()
    return Good(body={"sku": sku, "from_order": has["id"], "to_order": lacks["id"], "quantity": "1"})


def plan(world: World, actor: Person) -> Good:
    return of(world.plan_for(actor))


def report(world: World, _: Person) -> Good:
    return Good(body={"order_ids": [world.order("awaiting_verification")["id"]]})


def invoice(world: World, _: Person) -> Good:
    return Good(body={"order_id": world.order("awaiting_verification", "large")["id"], "number": world.fresh("INV")})


def payment(world: World, _: Person) -> Good:
    return Good(body={"order_id": world.order("awaiting_verification")["id"]})


def rate(world: World, _: Person) -> Good:
    return Good(body={"valid_from": world.day()})


def delegation(world: World, actor: Person) -> Good:
    """One's own steps; administrators, who approve nothing, delegate those of others."""
    others = {"from": world.hands["sales_manager"].username} if actor.role in ("admin", "order_admin") else {}
    return Good(body={"to": world.hands["operations_head"].username, **others})


def own_delegation(world: World, actor: Person) -> Good:
    by = world.hands["sales_manager"] if actor.role in ("admin", "order_admin") else actor
    return of(world.delegation(by))


def revision(world: World, _: Person) -> Good:
    return Good({"id": world.order("awaiting_verification")["id"], "revision": "1"})


def settings(world: World, _: Person) -> Good:
    return Good(version=world.get("/v1/settings")["version"])


def username(world: World, _: Person) -> Good:
    return Good(body={"username": world.fresh("new").lower()})


def template(about_version: bool = False) -> Maker:
    """The words of one kind of message; a rewriting says over which version."""
    path = {"kind": "confirmation_requested", "language": "en"}
    return lambda world, _: Good(path, world.get("/v1/message-templates/confirmation_requested/en")["version"] if about_version else None)


# A template that applies to no order.
NO_ORDER = {"when": {"all": ["rush", {"not": "rush"}]}}


def new_template(world: World, _: Person) -> Good:
    return Good(body={"code": world.fresh("TASK"), "needed": NO_ORDER, "depends_on": [], "due": {"after_review": 1}})


def message(world: World, _: Person) -> Good:
    """One that is held, as nothing can be sent here."""
    world.order("awaiting_confirmation", customer=TOLD)
    held = world.api.get(world.hands["admin"], "/v1/messages?status=held")["data"]
    queued = held or world.api.get(world.hands["admin"], "/v1/messages")["data"]
    return Good({"id": queued[0]["id"]})


def log_in(world: World, _: Person) -> Good:
    return Good(body={"username": world.hands["sales"].username, "password": PASSWORD})


def refresh(world: World, _: Person) -> Good:
    return Good(body={"refresh_token": world.api.log_in(world.hands["sales"])["refresh_token"]})


def log_out(world: World, actor: Person) -> Good:
    """A log-in of its own, so that the actor's goes on."""
    return Good(token=world.api.log_in(actor)["access_token"])


PLANNED = ("plan", {"summary": "Repack"})
RESOLVED = ("resolve", {"result": "Repacked"})

GOOD: dict[str, Maker] = {
    "show_problem": lambda *_: Good({"code": "not_found"}),
    # who may
    "login": log_in,
    "refresh": refresh,
    "logout": log_out,
    "get_user": about(World.user),
    "create_user": username,
    "update_user": about(World.user),
    "revoke_api_key": about(World.key),
    "update_settings": settings,
    "get_exchange_rate": about(World.rate),
    "create_exchange_rate": rate,
    "update_exchange_rate": about(World.rate),
    "delete_exchange_rate": about(World.rate),
    # the catalogue and customers
    "get_customer": about(World.customer),
    "create_customer": new(code="CUS"),
    "update_customer": about(World.customer),
    "merge_customer": lambda world, _: of(world.customer(), into=world.customer()["id"]),
    "get_customer_credit": about(World.customer),
    "set_customer_credit": about(World.customer),
    "get_product": about(World.product),
    "create_product": new(sku="SKU"),
    "update_product": about(World.product),
    "get_warehouse": about(World.warehouse),
    "create_warehouse": new(code="WH"),
    "update_warehouse": about(World.warehouse),
    "get_expected_receipt": about(World.expected),
    "expect_receipt": lambda world, _: Good(body={"warehouse": world.stocked()[0], "sku": world.stocked()[1]}),
    "receive_expected": about(World.expected, quantity="1"),
    "cancel_expected": about(World.expected),
    "set_reorder_level": lambda world, _: Good(body={"warehouse": world.stocked()[0], "sku": world.stocked()[1]}),
    "move_reservation": giving,
    # orders
    "get_order": order("awaiting_confirmation"),
    "create_order": new(channel_ref="WEB"),
    "amend_order": own_order("awaiting_verification"),
    "verify_order": order("awaiting_verification"),
    "verify_orders": lambda world, _: Good(body={"orders": [world.order("awaiting_verification")["number"]]}),
    "send_back_order": wrong_order,
    "confirm_order": own_order("awaiting_confirmation"),
    "request_confirmation": lambda world, actor: of(world.order("awaiting_confirmation", by=actor, customer=TOLD)),
    "list_confirmations": order("awaiting_confirmation"),
    "release_order": reviewed_order,
    "receive_order": order("shipped"),
    "cancel_order": own_order("awaiting_verification"),
    "undo_order_step": lambda world, _: of(world.order("awaiting_approval"), step="verify"),
    "hold_order": order("awaiting_verification"),
    "unhold_order": held_order,
    "get_order_actions": order("awaiting_approval"),
    "get_order_history": order("awaiting_confirmation"),
    "duplicate_order": order("awaiting_confirmation"),
    "get_order_promise": order("awaiting_confirmation"),
    "get_order_revision": revision,
    "list_order_revisions": order("awaiting_verification"),
    "get_order_approvals": order("awaiting_confirmation"),
    # approvals
    "get_delegation": about(lambda world: world.delegation(world.hands["sales_manager"])),
    "create_delegation": delegation,
    "revoke_delegation": own_delegation,
    "get_approval_rule": about(World.rule),
    "create_approval_rule": new(code="RULE"),
    "update_approval_rule": about(World.rule),
    "delete_approval_rule": about(World.rule),
    "check_order": order("awaiting_approval"),
    "get_approval": about(lambda world: world.step("sales_specialist")),
    "approve_step": step,
    "approve_steps": lambda world, actor: Good(body={"steps": [world.step(actor.role)["id"]]}),
    "reject_step": step,
    "send_back_step": step,
    # tasks
    "get_task": about(lambda world: world.task("sales")),
    "accept_task": task(),
    "assign_task": task(),
    "start_task": task(),
    "complete_task": task(proven=True),
    "act_on_tasks": lambda world, actor: Good(body={"tasks": [world.task(actor.department or "sales")["id"]]}),
    "record_task_output": output,
    "pause_task": lambda world, actor: of(world.begun(actor.department or "sales")),
    "resume_task": lambda world, actor: of(world.begun(actor.department or "sales")),
    "tick_task": lambda world, actor: of(world.listed(actor.department or "sales")),
    "list_task_notes": about(lambda world: world.task("sales")),
    "write_task_note": task(),
    "reopen_task": about(World.ended),
    "get_task_template": about(World.task_template),
    "create_task_template": new_template,
    "update_task_template": about(World.task_template),
    "delete_task_template": about(World.task_template),
    "set_calendar_days": lambda world, _: Good(body={"days": [{"day": world.day(), "worked": False}]}),
    "cancel_task": lambda world, actor: of(world.task("sales")),
    "add_evidence": evidence,
    "download_file": document,
    # shipments
    "get_carrier": about(World.carrier),
    "create_carrier": lambda world, _: Good(body={"code": (code := world.fresh("CAR")), "name": code, "aliases": []}),
    "update_carrier": about(World.carrier),
    "get_return": about(World.returned),
    "enter_return": sending_back,
    "receive_return": lambda world, _: of(world.returned(), warehouse=world.warehouse()["code"]),
    "inspect_return": lambda world, _: of(world.returned(("receive", {"warehouse": world.warehouse()["code"]}))),
    "cancel_return": about(World.returned),
    "get_shipment": about(World.packed),
    "create_shipment": order("awaiting_shipment", "standard"),
    "get_packing_slip": about(World.packed),
    "get_picking_list": order("awaiting_shipment", "standard"),
    "update_shipment": about(World.packed),
    "recall_shipment": about(World.dispatched),
    "withdraw_shipment_event": told,
    "add_shipment_receipt": about(World.dispatched, kind="signed_receipt", file=PDF),
    "dispatch_shipment": about(World.packed),
    "cancel_shipment": about(World.packed),
    "list_shipment_events": about(World.dispatched),
    "record_shipment_event": about(World.dispatched),
    # exceptions
    "get_exception": about(World.exception),
    "report_exception": report,
    "update_exception": about(World.exception),
    "plan_exception": about(World.exception, actions=[]),
    "list_proposals": about(World.exception),
    "approve_exception": plan,
    "reject_exception": plan,
    "resolve_exception": about(World.exception),
    "close_exception": about(lambda world: world.exception(RESOLVED)),
    "dismiss_exception": about(lambda world: world.exception(PLANNED)),
    "list_exception_notes": about(World.exception),
    "write_exception_note": about(World.exception),
    "add_exception_file": about(World.exception, kind="attachment", file=PDF),
    "create_exception_cause": lambda world, _: Good(body={"code": world.cause_code()}),
    "get_exception_cause": lambda world, _: Good({"code": world.cause()["code"]}),
    "update_exception_cause": lambda world, _: Good({"code": (cause := world.cause())["code"]}, cause["version"]),
    # messages
    "send_message": message,
    "get_message_template": template(),
    "update_message_template": template(about_version=True),
    "preview_message_template": template(),
    "test_message_template": template(),
    # money
    "record_invoice": invoice,
    "get_invoice": about(World.invoice),
    "amend_invoice": about(World.draft),
    "issue_invoice": lambda world, _: of(world.draft(), number=world.fresh("INV")),
    "void_invoice": about(World.invoice),
    "credit_invoice": lambda world, _: of(world.invoice(), number=world.fresh("INV"), amount="0.50"),
    "add_invoice_file": about(World.invoice, kind="invoice", file=PDF),
    "get_customer_balance": about(World.customer),
    "get_order_balance": order("awaiting_verification"),
    "record_payment": payment,
    "reverse_payment": about(World.payment),
    "use_compensation": about(World.coupon),
}

# What the table of rights permits and nobody of the role can do, with the reason.
NEVER = {
    **{
        (role, "record_task_output"): "only production makes goods, and its department alone records what (DOMAIN 3.4)"
        for role in ("sales_specialist", "sales_manager", "department_head", "operations_head", "warehouse", "logistics", "finance")
    },
    **{
        ("operations_head", f"{step}_exception"): "led by the operations head once it is late, which takes hours (DECISIONS 36); tests/resolving/clock.rs does"
        for step in ("update", "plan", "resolve", "close", "dismiss")
    },
    ("operations_head", "reopen_task"): "operations' only task is the service, which is over with its order (DECISIONS 37)",
    ("operations_head", "cancel_task"): "operations' only task is the service, which an order is not done without (DOMAIN 3.4)",
}

# What only the holder of a secret can do that no answer gives away; the tests of links do.
SECRET = {"show_link", "answer_link", "show_trace"}
