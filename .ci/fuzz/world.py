"""The things that good requests are about, made through the API in the state that they need."""

from datetime import date, timedelta
from itertools import count

from people import Api, Person, hire

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

# Who prepares, by what the rest calls them. Two in sales, as nobody verifies or approves their own.
HANDS = {
    "sales": "sales_specialist",
    "second_sales": "sales_specialist",
    "sales_manager": "sales_manager",
    "department_head": "department_head",
    "operations_head": "operations_head",
    "order_admin": "order_admin",
    "finance": "finance",
}
# The hand that approves a step, where it is not called like the step's role.
APPROVES = {"sales_specialist": "second_sales"}

# Goods by what is done with them. None is in the catalogue, so that no stock is needed.
GOODS = {
    "service": {"kind": "service", "unit_price": "100.00"},
    "standard": {"kind": "standard", "unit_price": "10.00"},
    "custom": {"kind": "custom", "unit_price": "240.00"},
    "large": {"kind": "service", "unit_price": "60000.00"},
}
ADDRESS = {"country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "1 Century Avenue", "postcode": "200120"}
# Tasks whose work moves an order on while it is executed.
WORK = ("pick", "produce", "serve")
# Tasks by the templates that a store begins with; those of others may wait, or be somebody's already.
DEFAULT_TASKS = ("coordinate", "ship", "invoice", *WORK)
# The rules that a store begins with.
DEFAULT_RULES = ("every_order", "large_order", "custom_goods", "key_account", "rush_or_preorder")
# More steps than any way through the stages has.
LONGEST_WAY = 16


class World:
    """Makes what is needed, as people of its own."""

    def __init__(self, api: Api, administrator: Person):
        self.api = api
        self.hands = {name: hire(api, administrator, role, f"hand.{name}") for name, role in HANDS.items()}
        self.hands["admin"] = administrator
        self.numbers = count(1)

    def fresh(self, word: str) -> str:
        """A code, name or number that nothing has yet."""
        return f"{word}-{next(self.numbers)}"

    def post(self, hand: str, path: str, body: dict | None = None) -> dict:
        return self.api.post(self.hands[hand], path, body)

    def get(self, path: str) -> dict:
        return self.api.get(self.hands["order_admin"], path)

    # ---- orders ------------------------------------------------------------------------------

    def order(self, until: str, goods: str = "service", by: Person | None = None, **said: object) -> dict:
        """An order in a stage or status, entered by somebody."""
        body = {
            "channel": "phone",
            "channel_ref": self.fresh("FUZZ"),
            "customer": {"code": "ACME"},
            "currency": "CNY",
            "lines": [{"name": f"Something {goods}", "quantity": "1", **GOODS[goods]}],
            "delivery": {"address": ADDRESS, "requested_date": "2027-03-05"},
            **said,
        }
        self.own_policy()
        return self.bring(self.api.post(by or self.hands["sales"], "/v1/orders", body), until)

    def bring(self, order: dict, until: str) -> dict:
        """Takes an order on until it stands where it should."""
        for _ in range(LONGEST_WAY):
            order = self.get(f"/v1/orders/{order['id']}")
            if until in (order["stage"], order["status"]):
                return order
            self._step(order)
        raise RuntimeError(f"no way to {until} from {order['stage']}")

    def _step(self, order: dict) -> None:
        path = f"/v1/orders/{order['id']}"
        match order["stage"], order["status"]:
            case "awaiting_verification", _:
                self.post("order_admin", f"{path}/verify")
            case "awaiting_approval", _:
                self.approve(self.pending(order))
            case "awaiting_confirmation", _:
                self.post("order_admin", f"{path}/confirm", {"method": "phone"})
            case _, "executing":
                self._work(order)
            case _, "shipped":
                self.post("order_admin", f"{path}/receive")
            case stage, _:
                raise RuntimeError(f"nothing to do at {stage}")

    def _work(self, order: dict) -> None:
        work = [task for task in self.tasks(order) if task["code"] in WORK and task["status"] != "done"]
        for task in work:
            self.prove(task)
            self.post("order_admin", f"/v1/tasks/{task['id']}/complete")
        if not work:
            shipment = self.parcel(order)
            self.post("order_admin", f"/v1/shipments/{shipment['id']}/dispatch")

    # ---- approvals ---------------------------------------------------------------------------

    def pending(self, order: dict) -> dict:
        """The step whose turn it is."""
        return self.get(f"/v1/approvals?order_id={order['id']}&status=pending")["data"][0]

    def approve(self, step: dict) -> None:
        self.post(APPROVES.get(step["role"], step["role"]), f"/v1/approvals/{step['id']}/approve")

    def step(self, role: str) -> dict:
        """A step that people of a role decide, with the levels before it approved by others."""
        goods = "large" if role in ("sales_manager", "department_head") else "service"
        order = self.order("awaiting_approval", goods, rush=role == "operations_head")
        while (step := self.pending(order))["role"] != role:
            self.approve(step)
        return step

    # ---- tasks and shipments -----------------------------------------------------------------

    def tasks(self, order: dict) -> list[dict]:
        return self.get(f"/v1/tasks?order_id={order['id']}")["data"]

    def task(self, department: str, proven: bool = False) -> dict:
        """An open task of a department."""
        goods = {"warehouse": "standard", "production": "custom"}.get(department, "service")
        order = self.order("executing", goods)
        task = next(task for task in self.tasks(order) if task["department"] == department and task["code"] in DEFAULT_TASKS)
        return self.prove(task) if proven else task

    def begun(self, department: str) -> dict:
        """A task that somebody has begun."""
        return self.post("order_admin", f"/v1/tasks/{self.task(department)['id']}/start", {})

    def task_template(self) -> dict:
        """One of no order's, so that the orders of others go on as they did; made where none is left."""
        if there := [known for known in self.get("/v1/task-templates")["data"] if known["code"].startswith("TPL")]:
            return there[0]
        body = {
            "code": self.fresh("TPL"), "department": "sales", "title_en": "Call", "title_zh": "致电",
            "needed": {"when": {"all": ["rush", {"not": "rush"}]}}, "due": {"after_review": 1},
        }
        return self.post("admin", "/v1/task-templates", body)

    def listed(self, department: str) -> dict:
        """An open task of a department, with a thing to tick off."""
        template = self.post("admin", "/v1/task-templates", {
            "code": self.fresh("TPL"), "department": department, "title_en": "Check", "title_zh": "检查",
            "needed": "always", "due": {"after_review": 1}, "checklist": [{"title_en": "Looked at", "title_zh": "已查看"}],
        })
        order = self.order("executing", "service")
        self.api.ask(self.hands["admin"], "DELETE", f"/v1/task-templates/{template['id']}", headers={"If-Match": f'"v{template["version"]}"'})
        return next(task for task in self.tasks(order) if task["code"] == template["code"])

    def ended(self) -> dict:
        """A task that was ended; only sales' can be."""
        task = self.task("sales")
        return self.post("order_admin", f"/v1/tasks/{task['id']}/cancel", {"reason": "Not needed"})

    def prove(self, task: dict) -> dict:
        """The task with the document that it needs, if it needs one."""
        if (kind := task.get("required_evidence")) not in ("goods_issue_note", "qc_report"):
            return task
        files = {"kind": (None, kind), "file": ("note.pdf", PDF)}
        return self.api.ask(self.hands["order_admin"], "POST", f"/v1/tasks/{task['id']}/evidence", files=files).json()

    def parcel(self, order: dict) -> dict:
        """A shipment of all that an order has left to ship."""
        body = {"method": "courier", "carrier": "SF", "tracking_number": self.fresh("SF")}
        return self.post("order_admin", f"/v1/orders/{order['id']}/shipments", body)

    def packed(self) -> dict:
        return self.parcel(self.order("awaiting_shipment", "standard"))

    def dispatched(self) -> dict:
        return self.post("order_admin", f"/v1/shipments/{self.packed()['id']}/dispatch")

    def returned(self, *steps: tuple[str, dict]) -> dict:
        """Goods that a customer sends back, taken through these steps."""
        order, line, _ = self.delivered()
        body = {"order_id": order, "reason": "The wrong size", "lines": [{"line_id": line, "quantity": "1"}]}
        back = self.post("order_admin", "/v1/returns", body)
        for step, said in steps:
            back = self.post("order_admin", f"/v1/returns/{back['id']}/{step}", said)
        return back

    def delivered(self) -> tuple[str, str, str]:
        """An order of which everything has arrived: its id, that of its first line and of its shipment."""
        shipment = self.dispatched()
        self.post("order_admin", f"/v1/shipments/{shipment['id']}/events", {"status": "delivered"})
        return shipment["order_id"], shipment["lines"][0]["line_id"], shipment["id"]

    # ---- exceptions --------------------------------------------------------------------------

    def exception(self, *steps: tuple[str, dict], orders: tuple[str, ...] = ()) -> dict:
        """A reported exception, taken through these steps by an order administrator."""
        body = {"kind": "quality_problem", "severity": "low", "cause": "Damp cartons", "order_ids": list(orders)}
        exception = self.post("order_admin", "/v1/exceptions", body)
        for step, said in steps:
            exception = self.post("order_admin", f"/v1/exceptions/{exception['id']}/{step}", said)
        return exception

    def cause_code(self) -> str:
        """A code that no cause has yet: small letters, digits and `_` only."""
        return self.fresh("cause").replace("-", "_")

    def cause(self) -> dict:
        """A cause of exceptions that nothing else uses."""
        body = {"code": self.cause_code(), "name_en": "A cause", "name_zh": "原因"}
        return self.post("order_admin", "/v1/exception-causes", body)

    def plan_for(self, actor: Person) -> dict:
        """A plan that somebody may decide about (DOMAIN 6.3): one that costs nothing, or money,
        where they have approved a level of its order."""
        if actor.role in ("order_admin", "operations_head"):
            return self.exception(("plan", {"summary": "Repack"}))
        step = self.step(actor.role)
        self.api.post(actor, f"/v1/approvals/{step['id']}/approve")
        return self.exception(("plan", {"summary": "Repack", "cost": "10.00"}), orders=(step["order_id"],))

    def coupon(self) -> dict:
        """A coupon that nobody has used."""
        order = self.order("awaiting_verification")
        coupon = {"code": self.fresh("SORRY"), "valid_until": "2099-12-31"}
        actions = [{"kind": "compensation", "amount": "5.00", "coupon": coupon}]
        exception = self.exception(("plan", {"summary": "Sorry", "actions": actions}), orders=(order["id"],))
        self.post("operations_head", f"/v1/exceptions/{exception['id']}/approve", {})
        return self.api.get(self.hands["finance"], f"/v1/orders/{order['id']}/balance")["compensations"][0]

    # ---- the rest ----------------------------------------------------------------------------

    def user(self) -> dict:
        """Somebody whom nobody needs."""
        return {"id": hire(self.api, self.hands["admin"], "viewer", self.fresh("victim").lower()).id, "version": 1}

    def key(self) -> dict:
        return self.post("admin", "/v1/api-keys", {"name": self.fresh("key"), "scopes": ["orders:read"]})

    def customer(self) -> dict:
        return self.post("sales", "/v1/customers", {"name": self.fresh("Customer")})

    def rule(self) -> dict:
        """An approval rule that applies to nothing here."""
        body = {"code": self.fresh("RULE"), "title_en": "Export", "title_zh": "出口", "condition": {"country": "NZ"}, "roles": ["sales_manager"]}
        return self.post("order_admin", "/v1/approval-rules", body)

    def delegation(self, by: Person) -> dict:
        body = {"to": self.hands["operations_head"].username, "valid_from": "2099-01-01", "valid_until": "2099-01-31"}
        return self.api.post(by, "/v1/delegations", body)

    def own_policy(self) -> None:
        """Takes away the rules that others have made: the way of an order is that of the default ones."""
        for rule in self.get("/v1/approval-rules")["data"]:
            if rule["code"] not in DEFAULT_RULES:
                self.api.ask(self.hands["admin"], "DELETE", f"/v1/approval-rules/{rule['id']}", {"If-Match": "*"})

    def day(self) -> str:
        """A day that nothing has begun on yet."""
        return (date(2000, 1, 1) + timedelta(days=next(self.numbers))).isoformat()

    def rate(self) -> dict:
        return self.post("order_admin", "/v1/exchange-rates", {"currency": "JPY", "units": 100, "rate": "4.8", "valid_from": self.day()})

    def product(self) -> dict:
        body = {"sku": self.fresh("SKU"), "name": "Thing", "unit_price": "1.00", "currency": "CNY"}
        return self.post("order_admin", "/v1/products", body)

    def payment(self) -> dict:
        order = self.order("awaiting_verification")
        return self.post("finance", "/v1/payments", {"order_id": order["id"], "amount": "1.00", "method": "cash"})

    def stocked(self) -> tuple[str, str]:
        """A warehouse and a product, by code and SKU."""
        warehouse = self.warehouse()["code"]
        product = self.post("order_admin", "/v1/products", {"sku": self.fresh("SKU"), "name": "Stocked", "unit_price": "1.00", "currency": "CNY"})
        return warehouse, product["sku"]

    def expected(self) -> dict:
        warehouse, sku = self.stocked()
        return self.post("order_admin", "/v1/stock/expected", {"warehouse": warehouse, "sku": sku, "quantity": "5"})

    def rivals(self) -> tuple[str, dict, dict]:
        """Two orders of a product of which there was enough for the first."""
        warehouse, sku = self.stocked()
        self.post("order_admin", "/v1/stock/movements", {"kind": "receipt", "warehouse": warehouse, "sku": sku, "quantity": "1"})
        lines = [{"sku": sku, "quantity": "1"}]
        # both are approved while there is enough for each, and confirmed one after the other
        has, lacks = (self.order("awaiting_confirmation", lines=lines) for _ in range(2))
        return sku, self.bring(has, "executing"), self.bring(lacks, "reviewed")

    def carrier(self) -> dict:
        code = self.fresh("CAR")
        return self.post("order_admin", "/v1/carriers", {"code": code, "name": code, "methods": ["courier"]})

    def warehouse(self) -> dict:
        return self.post("order_admin", "/v1/warehouses", {"code": self.fresh("WH"), "name": "Another"})

    def invoice(self) -> dict:
        body = {"order_id": self.order("awaiting_verification")["id"], "number": self.fresh("INV"), "amount": "1.00"}
        return self.post("finance", "/v1/invoices", body)

    def draft(self) -> dict:
        """A draft of an invoice, over what the examples say of one at the most."""
        body = {"order_id": self.order("awaiting_verification", "large")["id"], "draft": True, "amount": "1.00"}
        return self.post("finance", "/v1/invoices", body)

    def settings(self, patch: dict) -> None:
        """Amends the settings whatever they are; null brings a default back."""
        self.api.ask(self.hands["admin"], "PATCH", "/v1/settings", {"If-Match": "*"}, json=patch)
