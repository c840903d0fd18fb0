"""The toolbox: what any app of the house may use. It imports none of them."""
